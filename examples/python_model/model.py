"""Your model: replace what stands here. service.py calls it and needs no change. This one has no weights: it finds what stands out
from the background."""
import io

from PIL import Image, ImageChops, ImageFile, ImageOps

ImageFile.LOAD_TRUNCATED_IMAGES = True  # a photo that is cut off still shows something


class Model:
    def load_model(self):
        """Once, before the first photo: weights, GPU, vocabularies."""
        self.least_difference = 48

    def process_image(self, image_bytes, metadata):
        """One photo, in a thread. Raise ValueError for one that cannot be used: it fails with your words and is not tried again."""
        try:
            picture = ImageOps.exif_transpose(Image.open(io.BytesIO(image_bytes))).convert("RGB")  # boxes are those of the upright photo
        except (OSError, Image.DecompressionBombError) as error:  # it will be no other photo when it is tried again
            raise ValueError(f"this photo cannot be read: {error}") from error
        background = picture.getpixel((0, 0))
        difference = ImageChops.difference(picture, Image.new("RGB", picture.size, background)).convert("L")
        standing_out = difference.point(lambda value: 255 * (value >= self.least_difference))
        box = standing_out.getbbox()
        if box is None:
            return {"detected_objects": []}
        share = standing_out.crop(box).histogram()[255] / ((box[2] - box[0]) * (box[3] - box[1]))
        return {
            "detected_objects": [{"class": "foreground", "confidence": share, "bbox": box}],
            "background": "#%02x%02x%02x" % background,  # a field of your own: it is kept under extra
        }
