"""What goes wrong, as problem details in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, JsonResponse

from civicflow.errors import CivicflowError
from embedding.problems import MEDIA_TYPE, Problem, language_of, problem_of


class Problems:
    """Middleware: an error of civicflow that leaves a view is an answer; the transaction was taken back before."""

    def __init__(self, get_response: Callable[[HttpRequest], object]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> object:
        """Go on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> JsonResponse | None:
        """The answer, or None for what is Django's to handle."""
        return answer(request, problem_of(error)) if isinstance(error, CivicflowError) else None


def answer(request: HttpRequest, problem: Problem) -> JsonResponse:
    """A problem as Django answers it."""
    language = language_of(request.headers.get("Accept-Language", ""))
    headers = {**problem.headers, "Content-Language": language, "Vary": "Accept-Language"}
    return JsonResponse(problem.body(language), status=problem.status, headers=headers, content_type=MEDIA_TYPE)
