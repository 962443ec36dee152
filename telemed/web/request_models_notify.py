"""Bodies of what the SMS gateway sends (protocol section 1.11)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, StringConstraints, model_validator
from pydantic import Field as Limits

from telemed.web.request_models import Body

GatewayText = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x20-\x7e]*$")]
GatewayNumber = Annotated[int, Limits(ge=0, le=2**63 - 1)]
StateWord = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z_ -]*$")]


class DeliveryReportBody(Body):
    """`POST /notify/reports`: our `reference`, the gateway's own `id`, or both. What else it tells (time, price) is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    reference: GatewayText | None = None
    id: GatewayText | GatewayNumber | None = None
    state: StateWord

    @model_validator(mode="after")
    def _names_a_message(self) -> Self:
        if self.reference is None and self.id is None:
            raise ValueError("one of reference and id is needed")
        return self
