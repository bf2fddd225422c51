"""What the gateway's answers mean: whether trying again can help, and after how long.

The codes are those of this example's gateway; the kinds of refusal are the ones that the large mainland gateways know
(Aliyun's SendSms: ``isv.MOBILE_NUMBER_ILLEGAL``, ``isv.SMS_CONTENT_ILLEGAL``, ``isv.BUSINESS_LIMIT_CONTROL``,
``isv.OUT_OF_SERVICE``, ``isv.SMS_SIGN_ILLEGAL`` and others). Put your gateway's own in their place.

The question is never whose fault it is, but whether the same message can get through later. An account without money or a
template that waits for approval is mended by somebody within hours, and then everything that waited goes out. A number that
does not exist stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from civicflow.plugins.notify.contract import PermanentFailure, TemporaryFailure

_HOUR: Final = timedelta(hours=1)

PERMANENT: Final[Mapping[str, str]] = {
    "NUMBER_ILLEGAL": "the number is none",
    "NUMBER_UNKNOWN": "no subscriber has the number",
    "OPTED_OUT": "the recipient has asked not to be written to",
    "CONTENT_ILLEGAL": "the text holds what may not be sent",
    "PARAMETER_ILLEGAL": "the template does not take these parameters",
}
"""By code, why the message will never get through."""

TEMPORARY: Final[Mapping[str, tuple[str, timedelta | None]]] = {
    "BUSY": ("the gateway is busy", None),
    "LIMITED": ("too many messages went to this number", _HOUR),
    "DAY_LIMIT": ("the account's messages of the day are used up", 6 * _HOUR),
    "OUT_OF_MONEY": ("the account is out of money; pay it", _HOUR),
    "ACCOUNT_REFUSED": ("the account or its key is not accepted; correct the settings", _HOUR),
    "SIGNATURE_REFUSED": ("the signature is not approved; have it approved", _HOUR),
    "TEMPLATE_REFUSED": ("the template is not approved; have it approved", _HOUR),
}
"""By code, why it did not get through now, and how long the gateway is left alone; None for as long as is usual."""


def failure(code: str, *, retry_after: timedelta | None = None) -> TemporaryFailure | PermanentFailure:
    """The failure that a code means. One that nobody knows is worth another attempt.

    Args:
        code: the gateway's.
        retry_after: how long the answer itself asked to be left alone.
    """
    if code in PERMANENT:
        return PermanentFailure(f"{code}: {PERMANENT[code]}")
    why, wait = TEMPORARY.get(code, ("the gateway refused with a code that is not known", None))
    return TemporaryFailure(f"{code}: {why}", retry_after=retry_after if retry_after is not None else wait)
