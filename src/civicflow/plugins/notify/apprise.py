"""``apprise://`` and ``apprise+SERVICE://``: the services that Apprise knows, WeCom, DingTalk and Feishu among them.

Where each recipient has a place of their own, the directory holds their Apprise URLs, and the channel is opened as
``apprise://?directory=…``. Where all notices go to one place, a group chat say, its Apprise URL is written behind
``apprise+``. Apprise says whether a notice was delivered, and not why it was not: so every failure may pass, and the
backoff's attempts decide when one is given up. It passes on no key, so a duplicate cannot be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import apprise

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.contract import API_VERSION, Notice, PermanentFailure, TemporaryFailure
from civicflow.plugins.notify.directory import Directory, address_of
from civicflow.plugins.notify.rendering import TEMPLATES, render
from civicflow.plugins.notify.urls import directory_at, name_of, place_of
from civicflow.texts import Text

EXAMPLE: Final = "apprise://?directory=/etc/civicflow/addresses.yaml"
_OPTIONS: Final = ("directory", "name")


class Apprise:
    """Hands notices over to Apprise.

    Args:
        target: an Apprise URL for all notices, or the directory that holds those of the recipients.
        name: the channel's name.
        templates: what a notice looks like; see `civicflow.plugins.notify.rendering`.

    Raises:
        InvalidInput: Apprise knows no such URL.
    """

    api_version = API_VERSION

    def __init__(
        self, target: str | Directory, *, name: str = "apprise", templates: Mapping[str, Text] = TEMPLATES
    ) -> None:
        self.name = name
        self._target, self._templates = target, templates
        self._closed = False
        if isinstance(target, str) and not apprise.Apprise().add(target):
            raise InvalidInput(f"Apprise knows no such URL for the channel {name!r}; see its list of services")

    def __repr__(self) -> str:
        return f"Apprise(name={self.name!r})"

    def send(self, notice: Notice) -> None:
        """Hand a notice over.

        Raises:
            TemporaryFailure: it was not delivered.
            PermanentFailure: the directory knows no Apprise URL for the recipient.
        """
        if self._closed:
            raise TemporaryFailure(f"the channel {self.name!r} was closed; open it again")
        target = self._target if isinstance(self._target, str) else address_of(self._target, notice, self.name)
        service = apprise.Apprise()
        if not service.add(target):
            msg = f"what the directory has for this recipient on the channel {self.name!r} is no URL of Apprise; correct it"
            raise PermanentFailure(msg)
        said = render(notice, self.name, self._templates)
        if not service.notify(title=said.subject, body=said.body):
            raise TemporaryFailure("Apprise did not deliver the notice; its log says why")

    def close(self) -> None:
        """Send no more; nothing is held."""
        self._closed = True


def open_notifier(url: str) -> Apprise:
    """``apprise://?directory=FILE`` with the option ``name``, or ``apprise+SERVICE://…`` with an Apprise URL behind the plus.

    Raises:
        InvalidInput: neither, or Apprise does not know the service.
    """
    scheme, _, rest = url.partition("://")
    service = scheme.partition("+")[2]
    if service:
        return Apprise(f"{service}://{rest}")
    place = place_of(f"{scheme}://directory/{rest.removeprefix('/')}", example=EXAMPLE, options=_OPTIONS)
    if not place.options.get("directory"):
        raise InvalidInput(f"Apprise needs a directory, or a service behind apprise+; write it as in {EXAMPLE}")
    return Apprise(directory_at(place.options["directory"]), name=name_of(place.options, "apprise"))
