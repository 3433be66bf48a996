// The table of reasons in both languages.
#include "domain/model_reasons.h"

namespace darkroom::domain {
namespace {

// Of two that fit, the first counts.
constexpr ReasonText kTexts[] = {
    // --- who says so ---
    {"owner_says", "as its owner says (model.toml)", "소유자가 model.toml에 적은 대로"},
    {"by_names", "told by their names, types and shapes", "이름과 자료형과 모양으로 알 수 있음"},
    {"convention", "convention of the family (<who>)", "계열의 관례(<who>)"},
    {"file_silent", "the file does not say", "파일에는 적혀 있지 않음"},
    {"customary_size", "customary size of the family (<who>)", "계열에서 흔히 쓰는 크기(<who>)"},
    {"size_open", "the file leaves it open (<tensor>)", "파일은 크기를 정해 두지 않음(<tensor>)"},
    {"letterbox_habit", "customary with a letterbox", "레터박스에서 흔히 쓰는 값"},
    {"crop_whole", "nothing but the longer side is cut off", "긴 변만 잘라 냄"},
    {"classes_unnamed", "nobody says what the classes are called", "클래스 이름이 어디에도 적혀 있지 않음"},
    {"classes_named", "classes are named as many", "이름이 적힌 클래스의 수와 같음"},
    // --- metadata ---
    {"metadata_size", "metadata imgsz", "메타데이터 imgsz"},
    {"metadata_names", "metadata names", "메타데이터 names"},
    {"metadata_licence", "metadata license", "메타데이터 license"},
    {"metadata_task", "metadata task = <task>", "메타데이터 task = <task>"},
    {"metadata_args", "metadata args: <setting>", "메타데이터 args: <setting>"},
    {"metadata_end2end", "metadata end2end = <value>", "메타데이터 end2end = <value>"},
    {"metadata_not_end2end", "metadata says end2end = False", "메타데이터에 end2end = False라고 적혀 있음"},
    {"metadata_family", "metadata names <family>", "메타데이터에 <family>라고 적혀 있음"},
    {"metadata_names_as_many", "its metadata names as many", "메타데이터에 적힌 수와 같음"},
    {"metadata_names_others", "its metadata names <count> classes", "메타데이터에는 클래스가 <count>개 적혀 있음"},
    // --- a run on a picture of noise ---
    {"probe_not_finite", "a probe run gave NaN or infinity", "시험 실행에서 NaN이나 무한대가 나옴"},
    {"probe_found_nothing", "a probe run found nothing, so its numbers tell nothing", "시험 실행에서 찾은 것이 없어 숫자로는 알 수 없음"},
    {"probe_tells_task", "the task is told by the numbers of a probe run", "과제는 시험 실행의 숫자로 알 수 있음"},
    {"probe_fifth_column", "in a probe run the fifth column, the score, was outside 0..1", "시험 실행에서 다섯째 열인 점수가 0..1을 벗어남"},
    {"probe_sixth_column", "in a probe run the sixth column, the class, was no whole number", "시험 실행에서 여섯째 열인 클래스가 정수가 아님"},
    {"probe_corners", "in a probe run boxes had no corners in order", "시험 실행에서 상자의 모서리 순서가 맞지 않음"},
    {"probe_shares_not_pixels", "in a probe run the boxes were shares, not pixels", "시험 실행에서 상자가 화소가 아니라 비율임"},
    {"probe_answers", "in a probe run scores lay in 0..1, classes were whole and boxes in pixels", "시험 실행에서 점수는 0..1, 클래스는 정수, 상자는 화소임"},
    {"probe_behind_the_box", "in a probe run the columns behind the box, its class scores, were outside 0..1", "시험 실행에서 상자 뒤의 열인 클래스 점수가 0..1을 벗어남"},
    {"probe_boxes_no_shares", "in a probe run the boxes were no shares of the picture", "시험 실행에서 상자가 사진에 대한 비율이 아님"},
    {"probe_boxes_no_shares", "in a probe run its boxes were no shares of the picture", "시험 실행에서 상자가 사진에 대한 비율이 아님"},
    {"probe_negative_no_pixels", "in a probe run boxes had negative sizes, so they are not in pixels", "시험 실행에서 상자의 크기가 음수여서 화소가 아님"},
    {"probe_negative", "in a probe run boxes had negative sizes", "시험 실행에서 상자의 크기가 음수임"},
    {"probe_shares_and_scores", "in a probe run all numbers were shares and scores", "시험 실행에서 모든 숫자가 비율과 점수임"},
    {"probe_class_scores", "in a probe run its class scores were outside 0..1: is the last activation missing?", "시험 실행에서 클래스 점수가 0..1을 벗어남. 마지막 활성화 함수가 빠졌나요?"},
    {"probe_objectness", "in a probe run its objectness or class scores were outside 0..1: is the last activation missing?",
     "시험 실행에서 물체 점수나 클래스 점수가 0..1을 벗어남. 마지막 활성화 함수가 빠졌나요?"},
    {"probe_yolox", "in a probe run the scores lay in 0..1 and the boxes in cells, as YOLOX writes them", "시험 실행에서 YOLOX처럼 점수는 0..1, 상자는 칸 단위임"},
    {"probe_two_scores", "in a probe run its two scores did not add up to 1", "시험 실행에서 두 점수의 합이 1이 아님"},
    {"probe_softmax_done", "in a probe run they lay in 0..1 and added up to 1: softmax is done", "시험 실행에서 0..1이고 합이 1임. softmax를 이미 거침"},
    {"probe_activation_done", "in a probe run they lay in 0..1, each on its own: an activation is done", "시험 실행에서 저마다 0..1임. 활성화 함수를 이미 거침"},
    {"probe_unit_length", "in a probe run they had length 1", "시험 실행에서 길이가 1임"},
    {"probe_logits", "in a probe run they were logits: softmax is left to do", "시험 실행에서 로짓임. softmax를 해야 함"},
    // --- rows of answers ---
    {"columns_missing", "<tensor> has not the <columns> columns that the task '<task>' asks for", "<tensor>에는 과제 '<task>'에 필요한 열 <columns>개가 없음"},
    {"rows_end2end_more", "<tensor>: rows of x1, y1, x2, y2, score, class and <count> more", "<tensor>: 각 행이 x1, y1, x2, y2, 점수, 클래스와 <count>개의 값"},
    {"rows_end2end", "<tensor>: rows of x1, y1, x2, y2, score, class", "<tensor>: 각 행이 x1, y1, x2, y2, 점수, 클래스"},
    {"rows_queries", "<tensor>: rows of centre, size and <classes> class scores", "<tensor>: 각 행이 중심, 크기, 클래스 점수 <classes>개"},
    {"rows_queries_open", "<tensor>: rows of centre, size and class scores", "<tensor>: 각 행이 중심, 크기, 클래스 점수"},
    {"columns_of_cells", "<tensor>: <rows> = 4 + <sum>, <cells> = the cells of strides 8, 16, 32", "<tensor>: <rows> = 4 + <sum>, <cells> = 간격 8, 16, 32의 칸 수"},
    {"columns_of_boxes", "<tensor>: <rows> = 4 + <sum>", "<tensor>: <rows> = 4 + <sum>"},
    {"no_class_left", "that leaves no class", "그러면 클래스가 남지 않음"},
    {"prototypes_missing", "its prototypes, a second output [1,32,h,w], are missing", "둘째 출력인 프로토타입 [1,32,h,w]가 없음"},
    {"keypoints_unsaid", "how many keypoints it has is not said: write keypoints = ...", "키포인트의 수가 적혀 있지 않음. keypoints = ...를 적으세요"},
    {"rows_yolox_open", "<tensor>: a row for each cell of the grids of stride 8, 16 and 32", "<tensor>: 간격 8, 16, 32인 격자의 칸마다 한 행"},
    {"rows_yolox", "<tensor>: <rows> rows = for each cell of the grids of stride 8, 16 and 32", "<tensor>: 행 <rows>개 = 간격 8, 16, 32인 격자의 칸마다 하나"},
    {"rows_yolov5_open", "<tensor>: a row for each of 3 anchors in each cell of its grids", "<tensor>: 격자의 칸마다 앵커 3개에 한 행씩"},
    {"rows_yolov5", "<tensor>: <rows> rows = for each of 3 anchors in each cell of its grids", "<tensor>: 행 <rows>개 = 격자의 칸마다 앵커 3개에 하나씩"},
    {"columns_sum", "columns = 5 + <sum>", "열 = 5 + <sum>"},
    {"sides_not_32", "the sides of its input are not multiples of 32", "입력의 변이 32의 배수가 아님"},
    {"boxes_in_pixels", "its boxes are in pixels already: if it is a YOLOX that decodes inside, write <settings>", "상자가 이미 화소 단위임. 안에서 해석까지 하는 YOLOX라면 <settings>라고 적으세요"},
    {"raw_heads",
     "<tensor> and <count> more look like the raw heads of a YOLOv5 or YOLOv7, whose anchors are not in the file: export it again with its last layer in export mode (<how>), so that it "
     "gives one table",
     "<tensor> 외 <count>개는 앵커가 파일에 없는 YOLOv5나 YOLOv7의 가공 전 출력으로 보임. 표 하나가 나오도록 마지막 층을 내보내기 모드로 하여(<how>) 다시 내보내세요"},
    // --- named outputs ---
    {"photo_size_input", "input <input> takes the photo's size", "입력 <input>이 사진의 크기를 받음"},
    {"photo_size_missing", "it has no second input int64[N,2] for the photo's size (orig_target_sizes)", "사진의 크기를 받는 둘째 입력 int64[N,2](orig_target_sizes)가 없음"},
    {"outputs_not_rtdetr",
     "its outputs are not labels int64[N,n], boxes float[N,n,4] and scores float[N,n]: name them as outputs = { labels = ..., boxes = ..., scores = ... }",
     "출력이 labels int64[N,n], boxes float[N,n,4], scores float[N,n]이 아님. outputs = { labels = ..., boxes = ..., scores = ... }로 이름을 적으세요"},
    {"outputs_not_ssd",
     "the names detection_boxes, detection_classes, detection_scores and num_detections do not all stand among its outputs: name them as outputs = { boxes = ..., labels = ..., scores = ..., "
     "count = ... }",
     "출력 가운데 detection_boxes, detection_classes, detection_scores, num_detections가 모두 있지는 않음. outputs = { boxes = ..., labels = ..., scores = ..., count = ... }로 이름을 "
     "적으세요"},
    {"outputs_tensorflow", "outputs <names> as TensorFlow names them", "출력 <names>의 이름이 TensorFlow의 것과 같음"},
    {"outputs_unread", "outputs <names> are those of <family>, which is not read yet", "출력 <names>는 <family>의 것이며, 아직 읽을 수 없음"},
    {"outputs", "outputs <names>", "출력 <names>"},
    {"floats_unscaled", "its input takes floats, and how pixels are scaled for it is not in the file: write mean and deviation",
     "입력이 실수를 받는데 화소 값을 어떻게 바꾸는지 파일에 없음. mean과 deviation을 적으세요"},
    {"nhwc_unscaled", "its input is NHWC, and how pixels are scaled for it is not in the file: write mean and deviation",
     "입력이 NHWC인데 화소 값을 어떻게 바꾸는지 파일에 없음. mean과 deviation을 적으세요"},
    {"keras_unscaled", "its input is NHWC of floats, as Keras writes it, and how pixels are scaled for it is not in the file: write mean and deviation (<how>)",
     "입력이 Keras처럼 실수 NHWC인데 화소 값을 어떻게 바꾸는지 파일에 없음. mean과 deviation을 적으세요. 화소 그대로면 0과 1, -1..1이면 127.5와 127.5, 0..1이면 0과 255"},
    // --- faces, maps, vectors ---
    {"ultraface_anchors", "<scores> and <boxes>: <anchors> = 3, 2, 2 and 3 anchors in each cell of strides 8, 16, 32, 64",
     "<scores>와 <boxes>: <anchors> = 간격 8, 16, 32, 64의 칸마다 앵커 3, 2, 2, 3개"},
    {"ultraface_scores", "scores of background and face", "배경과 얼굴의 점수"},
    {"ultraface_other_anchors", "UltraFace would have <count> anchors", "UltraFace라면 앵커가 <count>개임"},
    {"u2net_all", "7 equal outputs <tensor>: U2Net's map of the foreground and its 6 side maps", "같은 출력 7개 <tensor>: U2Net의 전경 지도와 곁가지 지도 6개"},
    {"first_counts", "the first counts", "첫째 것을 씀"},
    {"map_of_input", "<tensor>: a map of the input's size, which may show the foreground", "<tensor>: 입력과 크기가 같은 지도로, 전경을 나타낼 수 있음"},
    {"map_one_class", "<tensor>: one map, which may be of one class", "<tensor>: 지도 하나로, 한 클래스의 것일 수 있음"},
    {"map_scores_open", "<tensor>: a score of each of its classes for each place", "<tensor>: 자리마다 클래스별 점수"},
    {"map_scores", "<tensor>: a score of each of <classes> classes for each place", "<tensor>: 자리마다 클래스 <classes>개의 점수"},
    {"map_numbers", "<tensor>: a class number for each place", "<tensor>: 자리마다 클래스 번호"},
    {"map_picture", "three maps of the input's size may be a picture", "입력과 크기가 같은 지도 3개는 사진일 수 있음"},
    {"vector_scores_open", "<tensor>: a score for each of its classes", "<tensor>: 클래스마다 점수"},
    {"vector_scores", "<tensor>: a score for each of <classes> classes", "<tensor>: 클래스 <classes>개의 점수"},
    {"one_number", "one number may be anything: a score, an age, a quality", "숫자 하나는 무엇이든 될 수 있음: 점수, 나이, 품질"},
    {"embedding_named", "<tensor>: the size of an embedding, and its name says so", "<tensor>: 임베딩의 크기이며 이름도 그러함"},
    {"embedding", "<tensor>: the size of an embedding", "<tensor>: 임베딩의 크기"},
    {"two_tensors", "<scores>] and <boxes>]", "<scores>], <boxes>]"},
    // --- warnings ---
    {"setting_unused", "model.toml says <setting>, which the family <family> does not use.", "model.toml에 <setting>이 있지만 계열 <family>은 쓰지 않습니다."},
    {"labels_short", "Only <count> of its <classes> classes have a label", "클래스 <classes>개 가운데 <count>개만 이름이 있음"},
    {"licence_of_services", "Its licence, <licence>, asks whoever offers it over a network to offer the source code of the whole service, too",
     "라이선스 <licence>은 네트워크로 서비스하는 쪽이 서비스 전체의 소스 코드도 공개하도록 요구합니다"},
    {"licence_is_sold", "for other use its authors sell a licence.", "다르게 쓰려면 저작자에게서 라이선스를 살 수 있습니다."},
    {"labels_made_up", "the others are called class_N.", "나머지는 class_N이라고 부릅니다."},
};

}  // namespace

std::span<const ReasonText> reason_texts() { return kTexts; }

}  // namespace darkroom::domain
