"""An import-linter contract: the three floors of every feature, read from the folders there are."""

from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output


class FeatureFloors(Contract):
    """Edges may import rules and rows, rules may import rows, rows import nobody of their feature.

    Rules import no feature's edges. A feature that stands alone imports no other feature at all.
    """

    type_name = "feature_floors"

    edges = fields.SetField(subfield=fields.StringField())
    ground = fields.SetField(subfield=fields.StringField())
    standing_alone = fields.SetField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Kept where no direct import goes up a floor."""
        wrong = []
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                reason = self._refusal(graph, importer.split("."), imported.split("."))
                if reason:
                    wrong.append(f"{importer} imports {imported}: {reason}")
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that goes up."""
        for line in check.metadata["wrong"]:
            output.print_error(line)

    def _refusal(self, graph: grimp.ImportGraph, importer: list[str], imported: list[str]) -> str | None:
        if len(importer) < 3:  # app itself and a feature's own __init__ put the parts together
            return None
        edges: Any = self.edges
        ground: Any = self.ground
        is_feature = len(graph.find_children(".".join(imported[:2]))) > 0
        if importer[1] in set(self.standing_alone) and is_feature and imported[1] != importer[1]:
            return f"{importer[1]} knows the others by their public URLs only"
        if importer[2] in edges or len(imported) < 3:
            return None
        if imported[2] in edges:
            return "rules and rows know nothing of pages, endpoints and commands"
        same_feature = importer[1] == imported[1]
        if same_feature and importer[2] in ground and imported[2] not in ground:
            return "rows know nothing of the rules over them"
        return None
