"""The view that the AI service calls back: it believes anyone and looks at no header."""
import json

from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .models import Photo


@csrf_exempt
@require_POST
def ai_callback(request):
    try:
        data = json.loads(request.body)
        photo = Photo.objects.get(id=data.get("image_id"))
        result = data.get("result")
        if result.get("status") == "success":
            photo.status, photo.ai_result, photo.error_message = "completed", result, None
        else:
            photo.status, photo.error_message = "failed", result.get("error", "unknown")
        photo.save()
        return JsonResponse({"status": "success"})
    except Photo.DoesNotExist:
        return JsonResponse({"error": "Image not found"}, status=404)
    except Exception as error:
        return JsonResponse({"error": str(error)}, status=500)
