"""What answers of the API say, as tests look at it."""
from datetime import datetime


def moment_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def endings(image):
    """Of each attempt, the first one first."""
    return [attempt["ending"] for attempt in image["attempts"]]
