"""The assets of one connector: its own extract, its plan and its delivery, whatever its kind."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.assets.connector_steps import ConnectorSteps
from certain_eloqua.assets.shared_read import BUSY
from certain_eloqua.assets.step import CONNECTOR_TAG, Step
from certain_eloqua.failures import dagster_failures
from certain_eloqua.partitions import events as event_partitions

if TYPE_CHECKING:
    from certain_eloqua.connectors.contract.kind import Kind
    from certain_eloqua.connectors.files.loader import Connector

Specs = Callable[..., list[dg.AssetCheckSpec]]
Results = Callable[..., Iterable[dg.AssetCheckResult]]


class ConnectorAssets:
    """Makes the assets of one connector.

    Args:
        connector: as its file configures it.
        plan_checks: the checks of plans: specs by kind and asset key, and results.
        delivery_checks: the same of deliveries, specs by asset key.
        run_settings: the resource with the connector's settings for a run.
        pools: the Dagster pool of each platform.
    """

    def __init__(
        self,
        connector: "Connector",
        plan_checks: tuple[Specs, Results],
        delivery_checks: tuple[Specs, Results],
        run_settings: dg.ConfigurableResource[dict[str, Any]],
        pools: Mapping[str, str],
    ) -> None:
        self.connector = connector
        self.kind: Kind = connector.kind
        self.name = connector.name
        self.steps = ConnectorSteps(connector, plan_checks[1], delivery_checks[1])
        self.plan_key = self.steps.plan_key
        self.delivery_key = self.steps.delivery_key
        self._plan_specs = plan_checks[0](self.kind, self.plan_key)
        self._delivery_specs = delivery_checks[0](self.delivery_key)
        # Of these assets, not of the deployment: otherwise every launchpad lists every connector's settings.
        self._pools = pools
        self._own_resources = {self.settings_key: run_settings}

    @property
    def pool(self) -> str:
        """The pool of the steps that write to its first platform."""
        return self._pools[self.kind.writes_to[0]]

    @property
    def resources(self) -> set[str]:
        """Every resource its steps need, beside its settings."""
        return self._resources(*self.kind.required_platforms)

    @property
    def settings_key(self) -> str:
        """The resource with this connector's settings for a run."""
        return f"{self.name}_settings"

    def all(self) -> list[dg.AssetsDefinition]:
        """The own extract if the kind has one, the plan, the delivery."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.BetaWarning)  # `resource_defs` of an asset
            own = [self._own_extract()] if self.steps.own_key else []
            return [*own, self._plan(), self._delivery()]

    # -- the three assets

    def _own_extract(self) -> dg.AssetsDefinition:
        platform = self.kind.reads_from[0] if self.kind.reads_from else self.kind.writes_to[0]

        @dg.asset(
            **self._common(
                self.steps.own_key, platform, self._description(f"What {self.name} reads for itself.")
            ),
            deps=list(self.steps.extract_reads.values()),
            pool=self._pools[platform],
            required_resource_keys=self._resources(*self.kind.required_platforms, self.settings_key),
            resource_defs=self._own_resources,
        )
        def own_extract(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            with dagster_failures(self._doing("Reading for", context)):
                return self.steps.extract(Step.of_asset(context), self._settings(context)).as_result()

        return own_extract

    def _plan(self) -> dg.AssetsDefinition:
        @dg.asset(
            **self._common(
                self.plan_key,
                "pandas",
                self._description(
                    f"Exactly what {self.name} means to change, and why each record left out is left out. "
                    "Materializing this and stopping here is the dry run."
                ),
            ),
            deps=list(self.steps.plan_reads.values()),
            check_specs=self._plan_specs,
            required_resource_keys=self._resources(*self.kind.required_platforms, self.settings_key),
            resource_defs=self._own_resources,
        )
        def plan(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            with dagster_failures(self._doing("Planning", context)):
                return self.steps.plan(Step.of_asset(context), self._settings(context)).as_result()

        return plan

    def _delivery(self) -> dg.AssetsDefinition:
        platform = self.kind.writes_to[0]

        @dg.asset(
            **self._common(
                self.delivery_key,
                platform,
                self._description(
                    "The outcome of every record of the plan, with receipts. The only step that changes "
                    "anything: it applies the latest plan and nothing else, and a plan that was "
                    "delivered is not delivered again."
                ),
            ),
            deps=[self.plan_key, *self.steps.base_reads.values()],
            pool=self.pool,
            check_specs=self._delivery_specs,
            required_resource_keys=self._resources(*self.kind.required_platforms),
        )
        def delivery(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            with dagster_failures(self._doing("Delivering", context)):
                return self.steps.delivery(Step.of_asset(context)).as_result()

        return delivery

    # -- what they have in common

    def _common(self, key: dg.AssetKey | None, kind: str, description: str) -> dict[str, Any]:
        notify = self.connector.email_for_job_notifications
        return {
            "key": key,
            "description": description,
            "group_name": self.name,
            "kinds": {kind, "parquet"},
            "tags": {CONNECTOR_TAG: self.name, "certain/kind": self.kind.name},
            "owners": [notify] if notify else None,
            "partitions_def": event_partitions if self.kind.level == "event" else None,
            "retry_policy": BUSY,
        }

    def _description(self, what: str) -> str:
        title = self.connector.description or self.kind.title
        return f"{title}\n\n{what}\n\nKind: *{self.kind.title}*. {self.kind.summary}"

    def _resources(self, *more: str) -> set[str]:
        field_map = {"field_map"} if self.kind.uses_field_map else set()
        return {"ledger", "run_locks", "frames", "deployment", *more} | field_map

    def _settings(self, context: dg.AssetExecutionContext) -> dict[str, Any]:
        settings: dict[str, Any] = getattr(context.resources, self.settings_key)
        return settings

    def _doing(self, verb: str, context: dg.AssetExecutionContext) -> str:
        event = f" for {context.partition_key}" if context.has_partition_key else ""
        return f"{verb} {self.name}{event}"
