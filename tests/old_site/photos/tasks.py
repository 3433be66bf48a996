"""The task as such sites have it, its faults included: it takes whatever it is answered for the result, and at the end saves the whole row that it read
at the beginning, over whatever a callback wrote into it meanwhile."""
import requests
from celery import shared_task
from django.conf import settings

from .models import Photo


@shared_task(bind=True, max_retries=20)
def process_photo(self, photo_id):
    photo = Photo.objects.get(id=photo_id)
    try:
        photo.status = "processing"
        photo.save(update_fields=["status"])
        with open(photo.file, "rb") as file:
            answer = requests.post(
                f"{settings.AI_SERVICE_URL}/process-image/",
                files={"file": file},
                data={"image_id": photo_id, "priority": photo.priority, "metadata": {"title": photo.title, "uploaded_by": "minji"}},
                timeout=300,
            )
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.text}")
        photo.ai_result = answer.json()
        photo.status = "completed"
        photo.error_message = None
    except Exception as error:
        if self.request.retries < self.max_retries:
            raise self.retry(exc=error, countdown=1)
        photo.status = "failed"
        photo.error_message = str(error)
    finally:
        photo.save()
