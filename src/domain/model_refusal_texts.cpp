// The table of sentences about models that cannot be used, in both languages.
#include "domain/model_refusals.h"

namespace darkroom::domain {
namespace {

// Of two that fit, the first counts.
constexpr RefusalText kTexts[] = {
    // --- of which family it is ---
    {"The model's file could be read as <readings>, and nothing in it decides: write family = \"...\" into the model's model.toml, or choose when it is uploaded.",
     "모델 파일을 다음 방식으로 읽을 수 있지만 파일만으로는 정할 수 없습니다: <readings>. model.toml에 family = \"...\"를 적거나 올릴 때 고르세요."},
    {"The model's file could be read as <readings>, and nothing in it decides: write task = \"...\" into the model's model.toml, or choose when it is uploaded.",
     "모델 파일을 다음 방식으로 읽을 수 있지만 파일만으로는 정할 수 없습니다: <readings>. model.toml에 task = \"...\"를 적거나 올릴 때 고르세요."},
    {"The model's file is of no family that is known. If you know that it is one of <families>, write family = \"...\" into the model's model.toml, with what its file cannot say.",
     "모델 파일이 알려진 어느 계열에도 맞지 않습니다. <families> 가운데 하나라면 model.toml에 family = \"...\"와 파일만으로 알 수 없는 내용을 적으세요."},
    {"The model's file is of no family that is known for the task '<task>'. If you know that it is one of <families>, write family = \"...\" into the model's model.toml, with what its "
     "file cannot say.",
     "모델 파일이 과제 '<task>'의 알려진 어느 계열에도 맞지 않습니다. <families> 가운데 하나라면 model.toml에 family = \"...\"와 파일만으로 알 수 없는 내용을 적으세요."},
    {"As <family> (<task>): <because>.", "<family>(<task>)로 보면: <because>."},
    {"The model takes <inputs> and gives <outputs>.", "모델의 입력은 <inputs>이고 출력은 <outputs>입니다."},
    {"The model's model.toml names the family '<family>' with the task '<task>', which this file cannot be.", "model.toml에 적힌 계열 '<family>'(과제 '<task>')로는 이 파일을 읽을 수 없습니다."},
    {"The model's model.toml names the family '<family>', which this file cannot be.", "model.toml에 적힌 계열 '<family>'(으)로는 이 파일을 읽을 수 없습니다."},
    {"The model's model.toml names the family '<family>', which is not known. Known are: <families>.", "model.toml에 적힌 계열 '<family>'은(는) 알려진 계열이 아닙니다. 알려진 계열: <families>."},
    {"The model's model.toml says that its <role> are in the output '<name>', but the file gives <outputs>.",
     "model.toml에는 <role>이(가) 출력 '<name>'에 있다고 적혀 있지만 파일의 출력은 <outputs>입니다."},
    {"The model was taken for <family> (<task>), but cannot be: on a probe run, <why>.", "<family>(<task>)로 보았지만 시험 실행에서 맞지 않았습니다: <why>."},
    // --- what it takes ---
    {"None of its inputs takes a picture: float32, float16 or uint8 of [1,3,H,W] or [1,H,W,3].", "사진을 받는 입력이 없습니다. 사진은 [1,3,H,W]나 [1,H,W,3]의 float32, float16, uint8이어야 합니다."},
    {"Nothing is known that could be given to its input <input>: export it so that a picture is all it takes.", "입력 <input>에 무엇을 넣어야 할지 알 수 없습니다. 사진만 받도록 다시 내보내세요."},
    {"It takes <count> pictures at a time: export it with a batch of 1, or with an open one.", "한 번에 사진 <count>장을 받습니다. 배치를 1로 하거나 열어 두고 다시 내보내세요."},
    {"Its input has not three channels: only colour pictures, [1,3,H,W] or [1,H,W,3], can be given.", "입력의 채널이 3개가 아닙니다. 컬러 사진 [1,3,H,W]나 [1,H,W,3]만 넣을 수 있습니다."},
    {"A picture of that size cannot be given.", "그런 크기의 사진은 넣을 수 없습니다."},
    {"The model's model.toml says <setting>, but the file takes <tensor>.", "model.toml에는 <setting>(이)라고 적혀 있지만 파일의 입력은 <tensor>입니다."},
    {"The model leaves its input's size open (<tensor>), and the family <family> has no customary one: write input_width = ... and input_height = ... into its model.toml.",
     "모델이 입력 크기를 정해 두지 않았고(<tensor>) 계열 <family>에도 흔히 쓰는 크기가 없습니다. model.toml에 input_width = ...와 input_height = ...를 적으세요."},
    {"The file takes bytes (<tensor>), so mean and deviation cannot be applied: leave them out of its model.toml.",
     "파일이 바이트를 받으므로(<tensor>) mean과 deviation을 쓸 수 없습니다. model.toml에서 빼세요."},
    {"The model's model.toml says keypoints = <said>, but the file's kpt_shape says <found>.", "model.toml에는 keypoints = <said>(이)라고 적혀 있지만 파일의 kpt_shape는 <found>입니다."},
    {"The model's owner names <given> labels, but the file has <classes> classes (<because>).", "적힌 이름은 <given>개인데 파일의 클래스는 <classes>개입니다(<because>)."},
    // --- whether it can be loaded ---
    {"ONNX Runtime cannot load the model: the file is empty.", "ONNX Runtime이 모델을 불러올 수 없습니다. 파일이 비어 있습니다."},
    {"ONNX Runtime cannot load the model: the file is no ONNX model, or it is damaged or cut off.", "ONNX Runtime이 모델을 불러올 수 없습니다. ONNX 모델이 아니거나, 손상되었거나, 중간에서 잘렸습니다."},
    {"ONNX Runtime cannot load the model: <why>.", "ONNX Runtime이 모델을 불러올 수 없습니다: <why>."},
    {"The model keeps weights in other files (external data), which are not read: save it as one file, with onnx.save_model(model, path).",
     "가중치가 다른 파일(external data)에 있어 읽지 않습니다. onnx.save_model(model, path)로 파일 하나에 저장하세요."},
    {"The model's metadata (metadata_props) is longer than 4 MB; leave out what does not describe the model.", "모델의 메타데이터(metadata_props)가 4 MB를 넘습니다. 모델을 설명하지 않는 내용은 빼세요."},
    {"What the model's file says about itself is longer than 16 MB.", "모델 파일이 자신에 대해 적은 내용이 16 MB를 넘습니다."},
    {"The model needs the operator <operator> of the domain <domain>, which ONNX Runtime does not have; libraries of custom operators are not loaded.",
     "ONNX Runtime에 없는 연산자 <operator>(도메인 <domain>)이(가) 필요합니다. 사용자 정의 연산자의 라이브러리는 불러오지 않습니다."},
    {"The model needs the operator <operator>, which ONNX Runtime does not have; libraries of custom operators are not loaded.",
     "ONNX Runtime에 없는 연산자 <operator>이(가) 필요합니다. 사용자 정의 연산자의 라이브러리는 불러오지 않습니다."},
    {"The model's format (IR version <version>) is newer than <runtime> reads (at most <most>): export it with an older version of onnx, or lower ir_version.",
     "모델의 형식(IR 버전 <version>)이 <runtime>이 읽는 것(최대 <most>)보다 새것입니다. 더 오래된 onnx로 내보내거나 ir_version을 낮추세요."},
    {"The model's operator set (opset <version>) is newer than <runtime> knows: export it with a lower opset_version, such as 17.",
     "모델의 연산자 집합(opset <version>)이 <runtime>이 아는 것보다 새것입니다. opset_version을 17처럼 낮추어 내보내세요."},
    {"The model needs an operator that <runtime> does not have: <why>.", "<runtime>에 없는 연산자가 필요합니다: <why>."},
    {"The model uses an operator in a way that <runtime> cannot run on a CPU: <why>.", "<runtime>이 CPU에서 실행할 수 없는 방식으로 연산자를 씁니다: <why>."},
    {"The model failed on a probe run: <why>.", "모델이 시험 실행에서 실패했습니다: <why>."},
    {"Loading and trying the model took longer than <time> and was stopped.", "모델을 불러와 시험하는 데 <time>보다 오래 걸려 멈추었습니다."},
    {"The model needs more memory to load than the limit allows.", "모델을 불러오는 데 한도보다 많은 메모리가 필요합니다."},
    {"The model could not be loaded: <why>.", "모델을 불러오지 못했습니다: <why>."},
    {"The model's process was ended (SIGSYS) when it tried what its sandbox forbids, such as to read another file.",
     "모델의 프로세스가 격리에서 금지된 일(다른 파일 읽기 등)을 하려다가 종료되었습니다(SIGSYS)."},
    {"The model's process ended with <status>.", "모델의 프로세스가 끝났습니다: <status>."},
    {"The model's process did not answer in time.", "모델의 프로세스가 제때 응답하지 않았습니다."},
    {"The model's process keeps dying.", "모델의 프로세스가 계속 죽습니다."},
    // --- around it ---
    {"The model '<name>' cannot be used:", "모델 '<name>'을(를) 쓸 수 없습니다:"},
    {"<file>, line <line>: there is no key '<key>'. Known: <keys>.", "<file>, <line>번째 줄: '<key>'라는 키가 없습니다. 쓸 수 있는 키: <keys>."},
};

}  // namespace

std::span<const RefusalText> refusal_texts() { return kTexts; }

}  // namespace darkroom::domain
