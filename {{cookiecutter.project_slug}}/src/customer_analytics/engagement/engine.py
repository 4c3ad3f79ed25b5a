"""The key `engine` of engagement.yml: which engine computes, and its own settings."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from customer_analytics.engagement.block import Block


class EngineSettings(Block):
    """An engine by name, with settings where it needs any."""

    name: str = Field("duckdb", description="duckdb, pyspark or another Ibis backend")
    settings: dict[str, str | int | float | bool] = Field(
        default_factory=dict,
        description="the engine's own options, for example memory_limit of duckdb or spark.driver.memory of pyspark",
    )

    @field_validator("name")
    @classmethod
    def _one_word(cls, name: str) -> str:
        if not name.isidentifier():
            raise ValueError(f"must be the name of an Ibis backend, for example duckdb, not {name!r}")
        return name


def _named(value: Any) -> Any:
    """`engine: pyspark` is short for `engine: {name: pyspark}`."""
    return {"name": value} if isinstance(value, str) else value


Engine = Annotated[EngineSettings, BeforeValidator(_named, json_schema_input_type=str | EngineSettings)]
