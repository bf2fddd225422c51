"""A ticket hotline for the web: order, see what waits, take a step. FastAPI around one office.

Each endpoint is a plain function, so FastAPI runs it in its pool of threads; threads may share an office. Run it:

    HOTLINE_STORE=sqlite:///town.db HOTLINE_REGISTER=examples/registers/shangjie.yaml HOTLINE_SESSIONS=sessions.json \
    uvicorn --app-dir examples --factory embedding.fastapi_app.hotline:from_environment --workers 4
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException

import civicflow
from civicflow import Actor, Case, Numbers, Office
from civicflow.errors import CivicflowError
from civicflow.texts import Language
from embedding import problems
from embedding.people import Sessions, acting_as
from embedding.problems import Problem, language_of, problem_of, problem_of_faults, problem_of_status

_log = logging.getLogger(__name__)

router = APIRouter()


# -- the application -------------------------------------------------------------------------------------------------


def hotline(open_office: Callable[[], Office], sessions: Sessions) -> FastAPI:
    """The application.

    Args:
        open_office: opens the office when a worker begins; it is closed when the worker ends.
        sessions: who asks.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, object]]:
        office = await run_in_threadpool(open_office)
        try:
            yield {"office": office, "sessions": sessions}
        finally:
            await run_in_threadpool(office.close)

    app = FastAPI(title="Hotline", lifespan=lifespan)
    app.include_router(router)
    app.add_exception_handler(CivicflowError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_form)
    app.add_exception_handler(StarletteHTTPException, _on_status)
    app.add_exception_handler(Exception, _on_accident)
    return app


def from_environment() -> FastAPI:
    """The application as the environment says: each worker process opens the office for itself."""

    def open_office() -> Office:
        office = civicflow.open(os.environ["HOTLINE_STORE"], numbers=Numbers(level="district"))
        office.register.load(os.environ["HOTLINE_REGISTER"])
        return office

    return hotline(open_office, Sessions.load(os.environ["HOTLINE_SESSIONS"]))


# -- who asks, and in which language ---------------------------------------------------------------------------------


def the_office(request: Request) -> Office:
    """The office of this worker."""
    office: Office = request.state.office
    return office


def the_reader(accept_language: Annotated[str, Header()] = "") -> Language:
    """The language of the answer."""
    return language_of(accept_language)


def whoever_asks(
    request: Request,
    office: Annotated[Office, Depends(the_office)],
    authorization: Annotated[str, Header()] = "",
    acting_as_: Annotated[str, Header(alias="Acting-As")] = "",
) -> Actor:
    """The actor of a request: the person of its token, in the post that it names."""
    person = request.state.sessions.person(authorization)
    if person is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return acting_as(office, person, acting_as_)


def the_key(
    by: Annotated[Actor, Depends(whoever_asks)], idempotency_key: Annotated[str, Header(max_length=200)] = ""
) -> str:
    """The command's key: what ``Idempotency-Key`` says, apart for each person, so that nobody can use another's."""
    return f"{by.person}:{idempotency_key}" if idempotency_key else ""


Desk = Annotated[Office, Depends(the_office)]
By = Annotated[Actor, Depends(whoever_asks)]
Key = Annotated[str, Depends(the_key)]
Reader = Annotated[Language, Depends(the_reader)]


# -- what is asked and answered --------------------------------------------------------------------------------------


class Order(BaseModel):
    """A need, as a form gives it."""

    title: str = Field(min_length=1, max_length=200)
    unit: str
    category: str = ""
    details: str = ""
    contact: str = ""


class Dispatch(BaseModel):
    """To whom a ticket is handed; `seen` is the version that the form showed."""

    to: list[str] = Field(min_length=1)
    lead: str | None = None
    within: str | None = None
    seen: int | None = None


class Taken(BaseModel):
    """A step of a case, for instance of a share as the inbox names it."""

    case: str
    step: str
    data: dict[str, Any] | None = None
    why: str = ""
    seen: int | None = None


class Shown(BaseModel):
    """A case as a screen shows it."""

    id: str
    number: str
    title: str
    state: str
    text: str
    version: int
    promise: datetime | None
    outcome: str


class Waiting(BaseModel):
    """What waits for somebody, and until when."""

    case: Shown
    until: datetime | None


class Inbox(BaseModel):
    """A page of what waits for somebody; `next` is the next page's ``after``."""

    waiting: list[Waiting]
    next: str


class Possible(BaseModel):
    """A step that may be taken now, and what it asks for."""

    case: str
    step: str
    text: str
    data: list[str]


class Health(BaseModel):
    """This worker answers; `process` tells it apart from the others."""

    process: int


def shown(office: Office, case: Case, language: Language) -> Shown:
    """A case in one language."""
    return Shown(
        id=case.id,
        number=case.number,
        title=case.title,
        state=case.state,
        text=office.flows.rules(case.flow).states[case.state].text.say(language),
        version=case.version,
        promise=case.promise,
        outcome=case.outcome,
    )


# -- the endpoints ---------------------------------------------------------------------------------------------------


@router.post("/tickets", status_code=201)
def order(form: Order, office: Desk, by: By, key: Key, language: Reader) -> Shown:
    """Raise a need (点单). Sent again with the same ``Idempotency-Key``, it is the same ticket."""
    return shown(office, office.tickets.order(**form.model_dump(), by=by, key=key), language)


@router.get("/tickets/{ticket}")
def look(ticket: str, office: Desk, by: By, language: Reader) -> Shown:
    """A ticket by its id, for whoever may read it."""
    return shown(office, office.case(ticket, by), language)


@router.get("/tickets/{ticket}/possible")
def possible(ticket: str, office: Desk, by: By, language: Reader) -> list[Possible]:
    """The buttons: what whoever asks may do now with a ticket and its shares."""
    office.case(ticket, by)
    return [
        Possible(case=step.case, step=step.step, text=step.text.say(language), data=list(step.data))
        for step in office.what_can(by, ticket).steps
        if step.allowed
    ]


@router.post("/tickets/{ticket}/dispatch")
def dispatch(ticket: str, form: Dispatch, office: Desk, by: By, key: Key, language: Reader) -> Shown:
    """Hand a ticket to bodies (下单)."""
    return shown(office, office.tickets.dispatch(ticket, **form.model_dump(), by=by, key=key), language)


@router.post("/steps")
def take(form: Taken, office: Desk, by: By, key: Key, language: Reader) -> Shown:
    """Take any other step, as `possible` or the inbox names it."""
    case = office.take(form.case, form.step, form.data, by=by, key=key, why=form.why, seen=form.seen)
    return shown(office, case, language)


@router.get("/inbox")
def inbox(office: Desk, by: By, language: Reader, limit: int = 20, after: str = "") -> Inbox:
    """What waits for whoever asks, the most urgent first."""
    page = office.inbox(by, limit=limit, after=after)
    waiting = [Waiting(case=shown(office, found.case, language), until=found.until) for found in page.waiting]
    return Inbox(waiting=waiting, next=page.next)


@router.get("/health")
def health(office: Desk) -> Health:
    """For the load balancer: whether this worker reaches the store; whether all is well says ``civicflow doctor``."""
    office.find(limit=1)
    return Health(process=os.getpid())


# -- what goes wrong -------------------------------------------------------------------------------------------------


def _answer(request: Request, problem: Problem) -> JSONResponse:
    language = language_of(request.headers.get("Accept-Language", ""))
    headers = {**problem.headers, "Content-Language": language, "Vary": "Accept-Language"}
    return JSONResponse(problem.body(language), problem.status, headers, problems.MEDIA_TYPE)


def _on_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CivicflowError)
    problem = problem_of(error)
    if problem is problems.BROKEN:
        _log.error("an error that nobody outside can mend", exc_info=error)
    return _answer(request, problem)


def _on_form(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [{"path": ".".join(map(str, fault["loc"])), "reason": fault["msg"]} for fault in error.errors()]
    return _answer(request, problem_of_faults(faults))


def _on_status(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    answer = _answer(request, problem_of_status(error.status_code))
    answer.headers.update(error.headers or {})
    return answer


def _on_accident(request: Request, _: Exception) -> JSONResponse:
    return _answer(request, problems.BROKEN)  # the server logs it
