"""ariadne-codegen decides the types in every run; without it nothing is generated."""

from collections.abc import Callable

import pytest
from ariadne_codegen.client_generators import package
from ariadne_codegen.client_generators.result_types import ResultTypesGenerator

from backchannel.codegen.engine import EngineError

Case = Callable[[str], dict[str, str]]
RealArguments = package.ArgumentsGenerator
RealEnums = package.EnumsGenerator
RealInputs = package.InputTypesGenerator


class StubResults(ResultTypesGenerator):
    def _parse_type_definition(self, *args: object, **kwargs: object) -> list[object]:
        return []


class StubInputs(RealInputs):
    def _filter_input_types(self) -> list[object]:
        return []


class StubArguments(RealArguments):
    def generate(self, variable_definitions: object) -> object:
        return None


class StubEnums(RealEnums):
    def _filter_enum_types(self) -> list[object]:
        return []


@pytest.mark.parametrize(
    ("name", "stub"),
    [
        ("ResultTypesGenerator", StubResults),
        ("InputTypesGenerator", StubInputs),
        ("ArgumentsGenerator", StubArguments),
        ("EnumsGenerator", StubEnums),
    ],
)
def test_without_a_generator_of_ariadne_there_are_no_types(
    name: str, stub: type, monkeypatch: pytest.MonkeyPatch, case_files: Case
) -> None:
    assert case_files("inputs")
    monkeypatch.setattr(package, name, stub)
    with pytest.raises(EngineError, match="ariadne-codegen decided no"):
        case_files("inputs")


def test_another_decision_of_ariadne_is_another_type(
    monkeypatch: pytest.MonkeyPatch, case_files: Case
) -> None:
    from ariadne_codegen.client_generators import arguments, input_fields, result_fields

    for module, mapping in (
        (result_fields, "SIMPLE_TYPE_MAP"),
        (input_fields, "INPUT_SCALARS_MAP"),
        (arguments, "INPUT_SCALARS_MAP"),
    ):
        monkeypatch.setitem(getattr(module, mapping), "Int", "float")
    files = case_files("inputs")
    assert "limit: float | Unset = UNSET" in files["_inputs/filter.py"]
    assert "limit: float | None | Unset = UNSET" in files["_operations/search.py"]
    assert "width: float" in case_files("abstract")["_operations/feed.py"]
