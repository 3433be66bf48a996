"""Thumbnails, previews, overlays and originals over HTTP: made in the sandbox, cached, never a byte of the upload shown inline."""
import io
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageChops

from support.photos import claiming, encode, jpeg, png, unique_jpeg
from support.places import CHECKOUT
from support.processes import children, is_alive
from support.service import FOUND, Service, write_model
from support.waiting import eventually

SAMPLE = CHECKOUT / "examples" / "sample.jpg"


def picture(server, image, kind, **options):
    return server.get(f"/api/v1/images/{image['id'] if isinstance(image, dict) else image}/{kind}", **options)


def opened(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/jpeg"
    return Image.open(io.BytesIO(answer.content))


def kept(server):
    return [path for path in (server.folder / "pictures").rglob("*.jpg")]


def pause_queue(server):
    assert server.post("/api/v1/queues/ai_processing/pause").status_code == 200


def sideways_photo():
    """Stored 400 x 300, upright 300 x 400, and it tells a place."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera that nobody shall know"
    exif.get_ifd(0x8825)[1] = "N"
    return encode(Image.effect_noise((400, 300), 40).convert("RGB"), format="JPEG", exif=exif)


def preview_zygote(server):
    """The runner that appears with the first picture."""
    server.zygote("null")  # which is there from the start on
    before = set(children(server.pid))
    opened(picture(server, server.upload(unique_jpeg()), "thumbnail"))
    new = set(children(server.pid)) - before
    assert len(new) == 1
    return new.pop()


def shown_preview(server):
    """What the status page says of the preview's runner."""
    return [runner for runner in server.get("/api/v1/status").json()["runners"] if runner["model"] == "preview" and runner["pid"] > 0]


def test_the_previews_runner_is_shown_leaves_when_it_is_idle_and_comes_back(make_server):
    server = make_server(run_keep_idle_seconds=1)
    pause_queue(server)  # so that no job brings its own thumbnail
    assert not shown_preview(server)
    zygote = preview_zygote(server)
    assert [runner["pid"] for runner in shown_preview(server)] == [zygote]
    eventually(lambda: not is_alive(zygote), 10, "the idle runner is ended")
    assert not shown_preview(server)
    opened(picture(server, server.upload(unique_jpeg()), "thumbnail"))
    assert shown_preview(server)


def test_a_thumbnail_is_small_upright_and_without_metadata(server):
    image = server.upload(sideways_photo())
    shown = opened(picture(server, image, "thumbnail"))
    assert shown.size == (240, 320)
    assert not shown.getexif() and "exif" not in shown.info
    assert b"nobody" not in picture(server, image, "preview").content


@pytest.fixture
def service():
    service = Service()
    yield service
    service.close()


# How an upright photo lies in the file for each EXIF orientation.
LYING = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
         5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}


def test_an_overlay_lies_on_its_object_however_the_photo_is_turned(make_server, tmp_path, service):
    box = [200, 20, 280, 90]
    service.answer = lambda call: {"status": "success", "result": {"detected_objects": [FOUND | {"bbox": box}]}}
    write_model(tmp_path / "models/ocr", url=service.url)
    server = make_server(models_dir=tmp_path / "models")
    upright = Image.new("RGB", (320, 200), (70, 70, 70))
    upright.paste((200, 200, 190), tuple(box))
    overlays = {}
    for orientation, turn in LYING.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        lying = upright.transpose(turn) if turn is not None else upright
        image = server.result_of(encode(lying, format="JPEG", quality=95, subsampling=0, exif=exif), model="ocr")
        overlays[orientation] = opened(picture(server, image, "overlay")).convert("RGB")
        assert opened(picture(server, image, "preview")).size == overlays[orientation].size == upright.size
    assert strongest_difference(overlays[1], upright) > 80, "the box is drawn"
    for orientation, overlay in overlays.items():
        assert strongest_difference(overlay, overlays[1]) < 40, f"the overlay of orientation {orientation} is that of the upright photo"


def strongest_difference(one, other):
    return max(high for _, high in ImageChops.difference(one, other).getextrema())


def test_a_preview_is_larger_and_nothing_is_enlarged(server):
    image = server.upload(jpeg(3000, 1500))
    assert opened(picture(server, image, "preview")).size == (1600, 800)
    small = server.upload(jpeg(50, 40))
    assert opened(picture(server, small, "preview")).size == opened(picture(server, small, "thumbnail")).size == (50, 40)


def test_a_photo_that_still_waits_has_pictures(server):
    pause_queue(server)
    image = server.upload(png(400, 100))
    assert opened(picture(server, image, "thumbnail")).size == (320, 80)
    assert server.image(image["id"])["status"] == "pending"


def test_an_image_names_its_pictures(make_server):
    server = make_server(model="demo", test_mode=False)
    image = server.result_of(SAMPLE)
    for kind in ("thumbnail", "preview", "overlay", "original"):
        assert image[f"{kind}_url"] == f"/api/v1/images/{image['id']}/{kind}"
        assert server.get(image[f"{kind}_url"]).status_code == 200
    pause_queue(server)
    assert server.upload(jpeg())["overlay_url"] is None


def test_a_picture_is_made_once_and_kept(server):
    image = server.upload(jpeg(500, 400))
    first = picture(server, image, "preview")
    assert [path.name for path in kept(server) if ".p." in path.name] == [f"{image['sha256']}.p.jpg"]
    server.wait_for_state(image["id"], "completed")
    server.blob(image["sha256"]).unlink()
    assert picture(server, image, "preview").content == first.content
    server.restart()
    assert picture(server, image, "preview").content == first.content


def test_a_finished_jobs_own_thumbnail_is_used(make_server):
    server = make_server(model="demo", test_mode=False)
    image = server.result_of(SAMPLE)
    eventually(lambda: [path.name for path in kept(server)] == [f"{image['sha256']}.t.jpg"], what="the job leaves its thumbnail")
    runners = children(server.pid)
    assert max(opened(picture(server, image, "thumbnail")).size) == 320
    assert children(server.pid) == runners, "no preview runner was needed"


def test_everybody_who_wants_the_same_picture_gets_it(server):
    image = server.upload(encode(Image.effect_noise((2500, 2000), 50), format="JPEG"))
    with ThreadPoolExecutor(24) as many:
        answers = list(many.map(lambda _: picture(server.twin(), image, "preview"), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_a_browser_that_has_it_is_told_so(server):
    image = server.upload(jpeg(100, 100))
    for kind in ("thumbnail", "preview", "original"):
        first = picture(server, image, kind)
        assert image["sha256"] in first.headers["ETag"]
        assert "private" in first.headers["Cache-Control"]
        for has in (first.headers["ETag"], f'"other", {first.headers["ETag"]}', "*"):
            again = picture(server, image, kind, headers={"If-None-Match": has})
            assert (again.status_code, again.content) == (304, b""), (kind, has)
            assert again.headers["ETag"] == first.headers["ETag"]
        assert picture(server, image, kind, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_original_is_a_download_of_the_very_bytes(server):
    photo = sideways_photo()
    image = server.upload(photo, title="봄 소풍/../\u202egpj.html")
    answer = picture(server, image, "original")
    assert answer.content == photo
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    assert "filename*=UTF-8''%EB%B4%84%20%EC%86%8C%ED%92%8D_" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].endswith("gpj.html.jpg")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_photo_that_is_a_page_too_is_never_shown_as_one(server):
    page = b"<html><script>alert(1)</script></html>"
    photo = jpeg(64, 64)
    image = server.upload(photo[:2] + b"\xff\xfe" + (len(page) + 2).to_bytes(2, "big") + page + photo[2:] + page, title="page.html")
    assert b"<script>" not in picture(server, image, "thumbnail").content
    assert b"<script>" not in picture(server, image, "preview").content
    assert picture(server, image, "original").headers["Content-Disposition"].startswith("attachment")


def test_pictures_go_with_their_photo(server):
    photo = jpeg(300, 200)
    one, same, other = server.upload(photo), server.upload(photo), server.upload(jpeg(30, 20))
    for image in (one, other):
        for kind in ("thumbnail", "preview"):
            opened(picture(server, image, kind))
    server.delete(f"/api/v1/images/{one['id']}")
    assert opened(picture(server, same, "thumbnail")).size == (300, 200)
    server.delete(f"/api/v1/images/{same['id']}")
    assert {path.name[:64] for path in kept(server)} == {other["sha256"]}
    assert picture(server, one, "thumbnail").status_code == 404


def test_a_photo_that_cannot_be_shown_says_why(server):
    photo = bytearray(png(200, 200))
    at = photo.index(b"IDAT") + 10
    photo[at:at + 8] = b"\xa5" * 8
    image = server.upload(bytes(photo))
    for kind in ("thumbnail", "preview", "thumbnail"):
        answer = picture(server, image, kind)
        assert (answer.status_code, answer.json()["code"]) == (422, "corrupt"), answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert picture(server, image, "original").content == bytes(photo)
    assert kept(server) == []


def test_what_is_not_there_is_not_found(server):
    for kind in ("thumbnail", "preview", "overlay", "original"):
        assert picture(server, 999, kind).status_code == 404
        assert server.http.get(f"{server.url}/api/v1/images/1/{kind}", headers={"Authorization": ""}, timeout=20).status_code == 401
    assert server.send(claiming(30000, 30000)).status_code == 422


@pytest.fixture
def detected(make_server):
    server = make_server(model="demo", test_mode=False)
    return server, server.result_of(SAMPLE)


def test_an_overlay_draws_what_was_found(detected):
    server, image = detected
    drawn, plain = opened(picture(server, image, "overlay")), opened(picture(server, image, "preview"))
    assert drawn.size == plain.size
    changed = [abs(a - b) for a, b in zip(drawn.convert("L").tobytes(), plain.convert("L").tobytes())]
    assert sum(step > 40 for step in changed) > 200, "boxes are drawn"
    assert sum(step < 20 for step in changed) > len(changed) * 0.6, "and the photo is still there"
    assert picture(server, image, "overlay", params={"min_confidence": 1}).content != picture(server, image, "overlay").content
    again = picture(server, image, "overlay", headers={"If-None-Match": picture(server, image, "overlay").headers["ETag"]})
    assert again.status_code == 304


def test_an_overlay_is_of_the_newest_result_or_of_a_jobs(detected):
    server, image = detected
    newest = picture(server, image, "overlay").content
    assert picture(server, image, "overlay", params={"job": image["job_id"]}).content == newest
    other = server.result_of(jpeg(300, 200))
    answer = picture(server, image, "overlay", params={"job": other["job_id"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    pause_queue(server)
    again = server.post(f"/api/v1/images/{image['id']}/reprocess").json()["image"]
    assert picture(server, image, "overlay", params={"job": again["job_id"]}).status_code == 404
    assert picture(server, image, "overlay").content == newest


@pytest.mark.parametrize("query, status, code", [({"min_confidence": "2"}, 422, "invalid_field"), ({"min_confidence": "much"}, 422, "invalid_field"),
                                                 ({"min_confidence": "nan"}, 422, "invalid_field"), ({"size": "9"}, 400, "unknown_field")])
def test_a_wrong_order_is_refused(detected, query, status, code):
    server, image = detected
    answer = picture(server, image, "overlay", params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_without_a_result_there_is_no_overlay(server):
    pause_queue(server)
    answer = picture(server, server.upload(jpeg()), "overlay")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "no result yet" in answer.json()["detail"]


def test_while_pictures_are_slow_everything_else_goes_on_and_the_line_has_an_end(server):
    zygote = preview_zygote(server)
    slot = eventually(lambda: children(zygote), what="the preview slot runs")[0]
    images = [server.upload(unique_jpeg()) for _ in range(90)]
    os.kill(slot, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(90) as many:
            answers = [many.submit(picture, server.twin(), image, "thumbnail") for image in images]
            eventually(lambda: sum(answer.done() for answer in answers) >= 90 - 65, 20, "those beyond the bound are sent away")
            assert server.get("/api/v1/images").status_code == 200, "no thread waits with them"
            assert server.result_of(unique_jpeg())["status"] == "completed"
            refused = [answer.result() for answer in answers if answer.done()]
            assert {answer.status_code for answer in refused} == {503}
            assert all(answer.headers["Retry-After"] for answer in refused)
            os.kill(slot, signal.SIGCONT)
            statuses = [answer.result().status_code for answer in answers]
    finally:
        if is_alive(slot):
            os.kill(slot, signal.SIGCONT)
    assert statuses.count(200) >= 64 and set(statuses) == {200, 503}
    assert opened(picture(server, images[-1], "thumbnail"))


def test_a_killed_preview_slot_is_replaced_and_costs_no_job(server):
    zygote = preview_zygote(server)
    for slot in children(zygote):
        os.kill(slot, signal.SIGKILL)
    image = server.upload(jpeg(90, 80))
    eventually(lambda: picture(server, image, "thumbnail").status_code == 200, 30, "another slot makes it")
    os.kill(zygote, signal.SIGKILL)
    image = server.upload(jpeg(91, 80))
    eventually(lambda: picture(server, image, "thumbnail").status_code == 200, 30, "another zygote makes it")
    assert server.result_of(unique_jpeg())["status"] == "completed"


def test_the_cache_keeps_within_its_budget(make_server):
    server = make_server(storage_pictures_mb=1)
    images = [server.upload(encode(Image.effect_noise((900, 900), 90 + number), format="JPEG")) for number in range(8)]
    for image in images:
        opened(picture(server, image, "preview"))
    sizes = {path.name[:64]: path.stat().st_size for path in kept(server)}
    assert 0 < sum(sizes.values()) <= 1_000_000
    assert images[-1]["sha256"] in sizes and images[0]["sha256"] not in sizes
    opened(picture(server, images[0], "preview"))


def test_pictures_are_shown_where_nothing_can_be_kept(server):
    image = server.upload(jpeg(120, 90))
    (server.folder / "pictures").rmdir() if not kept(server) else None
    (server.folder / "pictures").exists() or (server.folder / "pictures").write_text("in the way")
    assert opened(picture(server, image, "thumbnail")).size == (120, 90)


def test_the_command_line_saves_pictures(detected, darkroom, tmp_path):
    server, image = detected
    for kind in ("thumbnail", "preview", "overlay", "original"):
        target = tmp_path / f"{kind}.jpg"
        done = darkroom("picture", image["id"], kind, "-o", target, folder=server.folder)
        assert done.returncode == 0, done.stderr
        assert target.read_bytes() == picture(server, image, kind).content
    assert darkroom("picture", image["id"], "overlay", "--min-confidence", "1", "-o", tmp_path / "few.jpg", folder=server.folder).returncode == 0
    assert (tmp_path / "few.jpg").read_bytes() != (tmp_path / "overlay.jpg").read_bytes()
    missing = darkroom("picture", 999, "thumbnail", "-o", tmp_path / "none.jpg", folder=server.folder)
    assert missing.returncode == 3 and "no image 999" in missing.stderr and not (tmp_path / "none.jpg").exists()
    assert darkroom("picture", image["id"], "thumbnail", "--job", "x", "-o", tmp_path / "none.jpg", folder=server.folder).returncode == 2


def test_a_web_process_makes_pictures_too(make_cluster):
    cluster = make_cluster(webs=2, workers=0)
    photo = jpeg(640, 480)
    image = cluster.web.upload(photo)
    for web in cluster.webs:  # the photo lies at the first and is fetched by the second
        assert opened(picture(web, image, "thumbnail")).size == (320, 240)
        assert picture(web, image, "original").content == photo


def test_the_example_that_decodes_a_mask_is_right():
    page = (CHECKOUT / "docs" / "results.md").read_text()
    example = page.split("```python\n")[1].split("```")[0]
    assert "assert cells(mask)" in example
    exec(example, {})
