// The readers, one for each family; read_outputs() knows which of them a recipe means. Each states the layout that it reads: N is left out (a batch
// of one), A = anchors, nc = classes, px = pixels of the input tensor. Errors: model_output.
#pragma once

#include "inference/read.h"

namespace darkroom::inference {

// YOLOX (Megvii). output [A,5+nc]: x, y, w, h in grid units, objectness, class scores; the rows are the cells of the strides 8, 16, 32 in that order.
//   centre = (x + column) * stride, width = exp(w) * stride, score = objectness * class score, both already in 0..1.
Result<domain::Findings> read_yolox(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// YOLOv5. output [A,5+nc+extra]: cx, cy, w, h px, objectness, class scores; score = objectness * class score.
Result<domain::Findings> read_yolov5(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// YOLOv8, 9, 11, 12. output [4+nc+extra,A]: a row each for cx, cy, w, h px, for every class score and for every extra field.
Result<domain::Findings> read_yolov8(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// YOLOv10, YOLO26 and Ultralytics' exports with nms=True. output [n,6+extra]: x1, y1, x2, y2 px, score, class; for oriented boxes cx, cy, w, h px
// instead. Rows that are not used have a score of 0. Each thing is answered once, so nothing is suppressed.
Result<domain::Findings> read_yolo_end2end(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// RT-DETR and D-FINE as their authors export them. labels [n], boxes [n,4]: x1, y1, x2, y2 in pixels of the photo, whose size the model was given as
// orig_target_sizes; scores [n].
Result<domain::Findings> read_rtdetr(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// RT-DETR as Ultralytics exports it. output [n,4+nc]: cx, cy, w, h as shares of the input tensor, class scores.
Result<domain::Findings> read_rtdetr_ultralytics(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// TensorFlow's SSD and EfficientDet. boxes [n,4]: y1, x1, y2, x2 as shares of the input tensor; labels [n], counted from 1; scores [n];
// count [1]: the rows that are used.
Result<domain::Findings> read_ssd(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// UltraFace. scores [A,2]: background, face; boxes [A,4]: x1, y1, x2, y2 as shares of the input tensor.
Result<domain::Findings> read_ultraface(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// output [nc], to which the recipe's activation is applied; the best top_k, and of those only the ones over the confidence threshold if there is one.
Result<domain::Findings> read_classifier(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// CLIP's picture side, and other embeddings. output [n], brought to length 1.
Result<domain::Findings> read_clip(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// U2Net and its kin. output [1,h,w], a map of the foreground in numbers of any range: (p - min) / (max - min) over 0.5 is inside.
Result<domain::Findings> read_u2net(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

// output [nc,h,w] logits (the highest is the class; of a single one those over 0 are inside), or [h,w] class numbers; over the whole input tensor.
Result<domain::Findings> read_semantic(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

}  // namespace darkroom::inference
