"""Comparing what a model found with what is expected."""


def overlap(one, other):
    """Intersection over union of two boxes x1, y1, x2, y2."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, width) * max(0, height)
    return shared / ((one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - shared)


def found_in(image):
    assert image["status"] == "completed", (image["error_code"], image["error_message"])
    return image["result"]["result"]["detected_objects"]


def best(objects, label, box):
    """The object of this class that fits the box best, and its overlap."""
    candidates = [found for found in objects if found["class"] == label]
    assert candidates, f"no {label} among {[found['class'] for found in objects]}"
    return max(((found, overlap(found["bbox"], box)) for found in candidates), key=lambda pair: pair[1])


def corners(x, y, width, height, size):
    """x, y, width, height as corners, clamped to a photo of this size."""
    return [max(0, x), max(0, y), min(size[0], x + width), min(size[1], y + height)]
