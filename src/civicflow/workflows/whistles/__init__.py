"""Call, whistle, report: a community calls, the subdistrict whistles, departments report in and work jointly on site."""
