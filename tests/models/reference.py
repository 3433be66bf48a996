"""What each family's answer means, written down in NumPy from the descriptions of the layouts, apart from the program that is tested.

A photo becomes the input (`prepare`), a model's outputs become finds (`FAMILIES`). Boxes are x1, y1, x2, y2 in pixels of the photo.
"""
import math

import numpy
from PIL import Image


# What the code that the models were trained with resizes by: torchvision, timm and CLIP by Pillow, which averages over all pixels of a photo that shrinks.
PILLOW = {"bilinear_antialias": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def resize(photo, width, height, interpolation="bilinear"):
    """By Pillow, or bilinear with half-pixel centres and repeated edges; photo [h,w,3]."""
    if interpolation in PILLOW:
        return numpy.asarray(Image.fromarray(photo).resize((width, height), PILLOW[interpolation])).astype(numpy.float64)

    def taps(source, target):
        at = ((numpy.arange(target) + .5) * source / target - .5).clip(0, source - 1)
        low = at.astype(int)
        return low, numpy.minimum(low + 1, source - 1), at - low

    left, right, across = taps(photo.shape[1], width)
    top, bottom, down = taps(photo.shape[0], height)
    photo = photo.astype(numpy.float64)
    rows = photo[top] * (1 - down)[:, None, None] + photo[bottom] * down[:, None, None]
    return rows[:, left] * (1 - across)[None, :, None] + rows[:, right] * across[None, :, None]


class Place:
    """Where the photo lies in the input: input = photo * scale + offset."""

    def __init__(self, scale, offset, size, photo):
        self.scale, self.offset, self.size, self.photo = numpy.array(scale), numpy.array(offset), size, photo

    def points(self, points):
        return (numpy.asarray(points, float) - self.offset) / self.scale

    def near(self, points):
        """What lies far outside the photo is moved to at most its size away."""
        return points.clip(-numpy.array(self.photo), 2 * numpy.array(self.photo))


def prepare(photo, width, height, fit, crop_share=1, pad=114, interpolation="bilinear"):
    """The input in 0..255 as [3,height,width], and its place."""
    rows, columns = photo.shape[:2]
    if fit == "stretch":
        return planes(resize(photo, width, height, interpolation)), Place((width / columns, height / rows), (0, 0), (width, height), (columns, rows))
    if fit == "own_aspect":
        ratio = min(1, width / columns, height / rows)
        new = [max(1, int(columns * ratio + .5)), max(1, int(rows * ratio + .5))]
        return planes(resize(photo, *new, interpolation)), Place((new[0] / columns, new[1] / rows), (0, 0), new, (columns, rows))
    if fit == "centre_crop":
        ratio = max(width / columns, height / rows) / crop_share
        whole = [max(int(columns * ratio + 1e-6), width), max(int(rows * ratio + 1e-6), height)]
        left, top = round((whole[0] - width) / 2), round((whole[1] - height) / 2)
        cut = resize(photo, *whole, interpolation)[top:top + height, left:left + width]
        return planes(cut), Place((whole[0] / columns, whole[1] / rows), (-left, -top), (width, height), (columns, rows))
    ratio = min(height / rows, width / columns)
    whole = int if fit == "letterbox_top_left" else round  # as YOLOX's and Ultralytics' own code
    new = [max(1, whole(columns * ratio)), max(1, whole(rows * ratio))]
    left, top = (0, 0) if fit == "letterbox_top_left" else (round((width - new[0]) / 2 - .1), round((height - new[1]) / 2 - .1))
    padded = numpy.full((height, width, 3), float(pad))
    padded[top:top + new[1], left:left + new[0]] = resize(photo, *new, interpolation)
    return planes(padded), Place((ratio, ratio), (left, top), (width, height), (columns, rows))


def planes(picture):
    return picture.transpose(2, 0, 1)


def from_centre(x, y, width, height):
    return numpy.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def overlap(one, other):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, width) * max(0, height)
    union = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - shared
    return shared / union if union > 0 else 0


def rotated_overlap(one, other):
    """Probabilistic IoU of two boxes x, y, w, h, angle: one minus the Hellinger distance of their normal distributions."""
    def covariance(box):
        turn = numpy.array([[math.cos(box[4]), -math.sin(box[4])], [math.sin(box[4]), math.cos(box[4])]])
        return turn @ numpy.diag([box[2] ** 2 / 12, box[3] ** 2 / 12]) @ turn.T

    first, second = covariance(one), covariance(other)
    both = (first + second) / 2
    apart = numpy.asarray(one[:2]) - numpy.asarray(other[:2])
    unlike = numpy.linalg.det(both) / math.sqrt(numpy.linalg.det(first) * numpy.linalg.det(second))
    distance = apart @ numpy.linalg.inv(both) @ apart / 8 + math.log(unlike) / 2
    return 1 - math.sqrt(max(0, 1 - math.exp(-max(distance, 0))))


def suppress(finds, most, key="box", measure=overlap, across=False):
    kept = []
    for find in sorted(finds, key=lambda one: -one["score"]):
        if not any((across or other["index"] == find["index"]) and measure(other[key], find[key]) > most for other in kept):
            kept.append(find)
    return kept


def with_task(find, extra, task, place, outputs):
    """What the task adds to a find: keypoints, corners, or a mask as a function of a point of the photo."""
    if task == "pose":
        points = extra.reshape(-1, 3)
        find["keypoints"] = numpy.concatenate([place.near(place.points(points[:, :2])), points[:, 2:]], axis=1)
    if task == "obb":
        x, y, width, height = find["centre"]
        along = numpy.array([math.cos(extra[0]), math.sin(extra[0])]) * width / 2
        across = numpy.array([-math.sin(extra[0]), math.cos(extra[0])]) * height / 2
        middle = numpy.array([x, y])
        find["corners"] = place.points([middle - along - across, middle + along - across, middle + along + across, middle - along + across])
        find["rotated"] = [x, y, width, height, extra[0]]
        low, high = find["corners"].min(axis=0), find["corners"].max(axis=0)
        find["box"] = numpy.concatenate([low, high])
        find["corners"] = place.near(find["corners"])
    if task == "segment":
        find["mask"] = mask_of(numpy.tensordot(extra, outputs["prototypes"], 1), place)
    return find


def mask_of(mixed, place):
    def inside(points):
        """The sum at points of the photo, blended between the cells of the prototypes."""
        shape = numpy.array(mixed.shape[::-1])
        at = ((points * place.scale + place.offset) * shape / place.size - .5).clip(0, shape - 1)
        low = at.astype(int)
        high = numpy.minimum(low + 1, shape - 1)
        x, y = (at - low).T
        upper = mixed[low[:, 1], low[:, 0]] * (1 - x) + mixed[low[:, 1], high[:, 0]] * x
        lower = mixed[high[:, 1], low[:, 0]] * (1 - x) + mixed[high[:, 1], high[:, 0]] * x
        return upper * (1 - y) + lower * y > 0
    return inside


def finish(finds, tiny, place, most=None, across=False):
    if most is not None and tiny.task == "obb":
        finds = suppress(finds, most, "rotated", rotated_overlap)
    elif most is not None:
        finds = suppress(finds, most, across=across)
    for find in finds:
        find["box"] = numpy.array(find["box"]).reshape(2, 2).clip(0, place.photo).reshape(4)
    return [find for find in finds if find["box"][2] > find["box"][0] and find["box"][3] > find["box"][1]]


def centred_find(fields, score, index, extra, tiny, place, outputs):
    box = place.points(from_centre(*fields).reshape(2, 2)).reshape(4)
    return with_task({"box": box, "score": score, "index": index, "centre": fields}, extra, tiny.task, place, outputs)


def yolov8(outputs, tiny, place):
    finds = []
    for column in outputs["output"].T:
        scores = column[4:4 + tiny.classes]
        if scores.max() >= .25:
            finds.append(centred_find(column[:4], scores.max(), int(scores.argmax()), column[4 + tiny.classes:], tiny, place, outputs))
    return finish(finds, tiny, place, .7)


def yolov5(outputs, tiny, place):
    finds = []
    for row in outputs["output"]:
        scores = row[4] * row[5:5 + tiny.classes]
        if scores.max() >= .25:
            finds.append(centred_find(row[:4], scores.max(), int(scores.argmax()), row[5 + tiny.classes:], tiny, place, outputs))
    return finish(finds, tiny, place, .45)


def yolox(outputs, tiny, place):
    grid = [(column, row, stride) for stride in (8, 16, 32) for row in range(place.size[1] // stride) for column in range(place.size[0] // stride)]
    finds = []
    for (column, row, stride), fields in zip(grid, outputs["output"]):
        scores = fields[4] * fields[5:]
        if scores.max() >= .3:
            centre = [(fields[0] + column) * stride, (fields[1] + row) * stride, math.exp(fields[2]) * stride, math.exp(fields[3]) * stride]
            finds.append(centred_find(centre, scores.max(), int(scores.argmax()), None, tiny, place, outputs))
    return finish(finds, tiny, place, .45, across=True)


def yolo_end2end(outputs, tiny, place):
    finds = []
    for row in outputs["output"]:
        if row[4] < .25:
            continue
        fields = row[:4] if tiny.task == "obb" else [(row[0] + row[2]) / 2, (row[1] + row[3]) / 2, row[2] - row[0], row[3] - row[1]]
        finds.append(centred_find(fields, row[4], int(row[5]), row[6:], tiny, place, outputs))
    return finish(finds, tiny, place)


def rtdetr_ultralytics(outputs, tiny, place):
    finds = []
    for row in outputs["output"]:
        if row[4:].max() >= .25:
            fields = row[:4] * numpy.array([*place.size, *place.size])
            finds.append(centred_find(fields, row[4:].max(), int(row[4:].argmax()), None, tiny, place, outputs))
    return finish(finds, tiny, place)


def rtdetr(outputs, tiny, place):
    rows = zip(outputs["boxes"], outputs["scores"], outputs["labels"])
    finds = [{"box": box, "score": score, "index": int(label)} for box, score, label in rows if score >= .6]
    return finish(finds, tiny, place)


def shares(box, place):
    return place.points((numpy.asarray(box) * numpy.array([*place.size, *place.size])).reshape(2, 2)).reshape(4)


def ssd(outputs, tiny, place):
    finds = []
    for number in range(outputs["count"]):
        top, left, bottom, right = outputs["boxes"][number]
        if outputs["scores"][number] >= .5:
            box = shares([left, top, right, bottom], place)
            finds.append({"box": box, "score": outputs["scores"][number], "index": int(outputs["labels"][number]) - 1})
    return finish(finds, tiny, place)


def ultraface(outputs, tiny, place):
    rows = zip(outputs["boxes"], outputs["scores"])
    finds = [{"box": shares(box, place), "score": score[1], "index": 0} for box, score in rows if score[1] >= .7]
    return finish(finds, tiny, place, .3)


def classifier(outputs, tiny, place):
    exponents = numpy.exp(outputs["output"] - outputs["output"].max())
    scores = outputs["output"] if tiny.extra.get("scores") else exponents / exponents.sum()
    return [(int(index), scores[index]) for index in numpy.argsort(-scores)[:5]]


def clip(outputs, tiny, place):
    return outputs["output"] / numpy.linalg.norm(outputs["output"])


FAMILIES = {family.__name__: family for family in (yolov8, yolov5, yolox, yolo_end2end, rtdetr_ultralytics, rtdetr, ssd, ultraface, classifier, clip)}
