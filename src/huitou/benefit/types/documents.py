"""What plans, templates and grants are written in."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Strict, closed, and never changed once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
