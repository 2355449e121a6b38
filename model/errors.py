"""The one error a person may meet. Knows neither torch nor Streamlit."""


class LabError(Exception):
    """Something from outside broke a stated rule.

    `code` names the rule, `field` the input it concerns, `template` is the English sentence that names the rule
    with `{values}` to be filled in; `{field}` is always one of them. The command line prints `str(error)`; `ui`
    translates `template` first.
    """

    def __init__(self, code: str, template: str, field: str | None = None, /, **values: object) -> None:
        super().__init__(code)
        self.code, self.template, self.field = code, template, field
        self.values: dict[str, object] = {"field": field, **values}

    def __str__(self) -> str:
        return self.template.format(**self.values)

    def __reduce__(self) -> tuple[object, ...]:  # keyword values survive a process boundary
        return (_rebuild, (self.code, self.template, self.field, self.values))


def _rebuild(code: str, template: str, field: str | None, values: dict[str, object]) -> LabError:
    return LabError(code, template, field, **values)
