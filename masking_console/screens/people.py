"""The screen of people: what each has done lately, their limits, and freezing."""

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.messages import see_other

pages = Blueprint("people", __name__)


@pages.get("/people")
def shown() -> str:
    """Show the people who were active lately, and the frozen ones."""
    activity = g.person.activity()
    people, listed = activity["principals"], activity["listed"]
    active = {each["principal"] for each in people}
    frozen = [each for each in g.person.frozen() if each["id"] not in active]
    template = "people_rows.html" if "poll" in request.args else "people.html"
    return render_template(template, people=people, frozen=frozen, listed=listed)


@pages.post("/people/freeze")
def freeze() -> Response:
    """Freeze a person, with a reason."""
    g.person.freeze(request.form.get("principal", "").strip(), request.form.get("why", "").strip())
    return see_other(url_for("people.shown"))


@pages.post("/people/unfreeze")
def unfreeze() -> Response:
    """Unfreeze a person."""
    g.person.unfreeze(request.form.get("principal", "").strip())
    return see_other(url_for("people.shown"))
