"""What a Django and Celery site of the old kind does to the AI service: the same calls with the same libraries, only the base URL is another."""
import io

import requests


def base_url(server, site="shop", token=None):
    """The address as a site would configure it: http://site:TOKEN@host:port."""
    return server.url.replace("://", f"://{site}:{token or server.token}@")


def process_image(service_url, photo, image_id, priority=0, title="봄 사진", uploaded_by="minji", timeout=60):
    """The task's call: `metadata` is a nested dict in a form post, so that only its keys arrive, twice, as plain text."""
    return requests.post(
        f"{service_url}/process-image/",
        files={"file": ("street.jpg", io.BytesIO(photo))},
        data={"image_id": image_id, "priority": priority, "metadata": {"title": title, "uploaded_by": uploaded_by}},
        timeout=timeout,
    )
