"""Models where several processes share the work: each worker has its own, and nobody pretends otherwise."""
from support.boxes import found_in
from support.models import RED, color_model, drop, listed, painted, put
from support.waiting import eventually

LABELS = "blue\ngreen\nred\n"


def test_workers_take_their_models_from_the_same_folder_and_a_web_process_takes_none(make_cluster, tmp_path):
    cluster = make_cluster(workers=2, models_dir=tmp_path / "models")
    web = cluster.web
    answer = put(web, "colors", color_model(), LABELS)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict") and "models folder" in answer.json()["detail"]
    drop(tmp_path / "models", "colors", color_model(), LABELS)

    def who_has_it():
        return {node["name"] for node in web.get("/api/v1/workers").json()["items"] if "colors" in node["models"]}
    eventually(lambda: who_has_it() == {"worker-1", "worker-2"}, 30, "both workers say that they have it")
    assert "colors" not in listed(web) and web.get("/api/v1/models").json()["elsewhere"] == ["colors"]
    image = web.result_of(painted(((0, 0, 64, 64), RED)), model="colors")
    assert [found["class"] for found in found_in(image)] == ["red"]
    assert not (web.folder / "library").exists()
