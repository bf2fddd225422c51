"""Problem list → duty list (问题清单、履职清单) under supervision: topics of residents, duties with dates, inspections."""
