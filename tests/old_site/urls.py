from django.urls import path

from photos.views import ai_callback

urlpatterns = [path("api/ai-callback/", ai_callback)]
