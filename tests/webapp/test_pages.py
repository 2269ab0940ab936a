"""Pages that belong to nobody."""

from flask.testing import FlaskClient

from rubric import load
from tests.webapp.assessment.starting import words


def test_the_start_page_says_what_it_is_how_long_and_where_data_go(client: FlaskClient) -> None:
    page, rubric = words(client.get("/").text), load.rubric()
    for text in ("47 practices from eight countries", "Under an hour", "nothing goes elsewhere"):
        assert text in page
    assert f"{len(rubric.questions)} questions" in page
    for theme in rubric.themes:
        assert theme.title in page


def test_the_page_on_the_method_shows_each_countrys_number_of_questions(client: FlaskClient) -> None:
    page = " ".join(words(client.get("/about").text).split())
    rubric = load.rubric()
    for country in rubric.countries:
        asked = sum(country.code in rubric.countries_of(q) for q in rubric.questions)
        practices = sum(p.country == country.code for p in rubric.practices)
        row = f'<th scope="row">{country.name}</th><td class="number">{practices}</td><td class="number">{asked}</td>'
        assert row in page
    assert rubric.digest in page


def test_the_page_on_data_says_what_is_kept(client: FlaskClient) -> None:
    page = words(client.get("/privacy").text)
    assert "Of your link only a fingerprint" in page
    assert "Answering sets no cookie." in page


def test_health_is_for_programs(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_what_is_not_there_is_said(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert client.post("/about").status_code == 405
