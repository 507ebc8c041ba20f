"""The forms of a page, as a browser without JavaScript reads and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Fields = list[tuple[str, str]]


@dataclass
class Form:
    """A form: where it goes, what it sends when nothing is changed, and its buttons and boxes."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    boxes: Fields = field(default_factory=list)
    buttons: Fields = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names of everything a person can fill, tick or press."""
        return {name for name, _value in self.fields + self.boxes + self.buttons}

    def filled(self, **values: str) -> Fields:
        """What is sent when these fields are filled. Fails where the form has no such field."""
        missing = values.keys() - self.names
        assert not missing, f"the form has no {', '.join(sorted(missing))}, it has {sorted(self.names)}"
        return [pair for pair in self.fields if pair[0] not in values] + list(values.items())

    def pressed(self, name: str, value: str, untick: tuple[str, ...] = ()) -> Fields:
        """What is sent by that button with the boxes of these values unticked. Fails where it has none such."""
        assert (name, value) in self.buttons, f"no button {name}={value}: {self.buttons}"
        missing = set(untick) - {box for _name, box in self.fields}
        assert not missing, f"no ticked box {missing}: {self.fields}"
        return [(field_, sent) for field_, sent in self.fields if sent not in untick] + [(name, value)]


def forms_of(page: str) -> list[Form]:
    """All forms of a page, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open = False
        self._text: tuple[str, list[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self._open = True
        elif self._open and "disabled" not in given:
            self._read_control(tag, given)

    def _read_control(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._fields.append((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._text = (name, [])
        elif tag == "button" and name:
            self.forms[-1].buttons.append((name, given.get("value", "")))
        elif tag == "input" and name:
            self._read_input(name, given)

    def _read_input(self, name: str, given: dict[str, str]) -> None:
        if given.get("type") not in ("checkbox", "radio"):
            self._fields.append((name, given.get("value", "")))
            return
        box = (name, given.get("value", "on"))
        self.forms[-1].boxes.append(box)
        if "checked" in given:
            self._fields.append(box)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text is not None:
            name, text = self._text
            self._fields.append((name, "".join(text).removeprefix("\n")))
            self._text = None

    @property
    def _fields(self) -> Fields:
        return self.forms[-1].fields
