#include "domain/error_texts.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

constexpr ErrorText kTexts[] = {
    {"internal", "Darkroom made a mistake. The server's log has the cause. Try again; if it comes back, report it with the time.", "Darkroom 내부에서 오류가 발생했습니다",
     "Darkroom의 오류입니다. 원인은 서버 로그에 있습니다. 다시 시도해 보고, 반복되면 발생 시각과 함께 알려 주세요."},
    {"bad_request", "The request breaks a rule of HTTP, or a header has a value that makes no sense. The detail names it.", "요청을 이해할 수 없습니다",
     "요청이 HTTP 규칙에 맞지 않거나 헤더 값이 올바르지 않습니다. 자세한 내용을 확인하세요."},
    {"unauthorized", "No valid token came with the request. Send 'Authorization: Bearer TOKEN'.", "유효한 토큰이 필요합니다",
     "요청에 유효한 토큰이 없습니다. 'Authorization: Bearer 토큰' 헤더를 보내세요."},
    {"forbidden", "You are known, but your role or your token's scopes do not allow this. Ask an administrator, or use another token.", "권한이 없습니다",
     "로그인은 되었지만 역할이나 토큰의 범위로는 할 수 없는 일입니다. 관리자에게 문의하거나 다른 토큰을 쓰세요."},
    {"csrf_refused", "A request with a session's cookie must show that it comes from this server's own page: Sec-Fetch-Site or Origin, and a header of its own.",
     "다른 사이트에서 보낸 요청일 수 있습니다", "세션 쿠키를 쓰는 요청은 이 서버의 화면에서 왔음을 Sec-Fetch-Site나 Origin, 그리고 별도의 헤더로 보여야 합니다."},
    {"weak_password", "The password is too short, or one of those that are tried first. A few words in a row are easy to keep in mind.", "너무 쉬운 비밀번호입니다",
     "비밀번호가 너무 짧거나 가장 먼저 시도되는 것 가운데 하나입니다. 단어 몇 개를 이어 쓰면 기억하기 쉽습니다."},
    {"quota_exceeded", "The uploader's photos would take more bytes than its quota. Delete some, or ask an administrator for more.", "사용자의 저장 한도를 넘었습니다",
     "업로드하는 사용자의 사진 용량이 한도를 넘습니다. 일부를 지우거나 관리자에게 한도를 늘려 달라고 하세요."},
    {"not_found", "What was asked for is not there: it may have been deleted, or the address is misspelt. What you may not see looks the same.", "이 주소에는 아무것도 없습니다",
     "요청한 대상이 없습니다. 삭제되었거나 주소가 잘못되었을 수 있습니다. 볼 권한이 없는 대상도 이렇게 보입니다."},
    {"method_not_allowed", "The address exists, but not for this method. The header Allow lists those that it takes.", "이 주소는 그 메서드를 받지 않습니다",
     "주소는 있지만 이 메서드는 쓸 수 없습니다. Allow 헤더에 사용할 수 있는 메서드가 있습니다."},
    {"request_timeout", "The header or the body came too slowly, and the connection was given up. Send it again, faster or in pieces.", "요청이 너무 느리게 도착했습니다",
     "헤더나 본문이 너무 느리게 와서 연결을 끊었습니다. 다시 보내거나 나누어 보내세요."},
    {"conflict", "What is there now does not allow this: a job that ended cannot be cancelled, say. Read the present state and decide again.", "현재 상태에서는 할 수 없습니다",
     "지금 상태에서는 허용되지 않습니다. 예를 들어 끝난 작업은 취소할 수 없습니다. 현재 상태를 다시 읽고 결정하세요."},
    {"precondition_failed", "A condition in the request's headers, such as If-Match, does not hold any more. Read again, then repeat the change.", "그 사이에 변경되었습니다",
     "If-Match 같은 요청 헤더의 조건이 더 이상 맞지 않습니다. 다시 읽은 뒤 변경을 반복하세요."},
    {"locked", "Another request is working on the same thing. Wait a moment, ask for its state, then go on.", "다른 요청이 처리하고 있습니다",
     "같은 대상을 다른 요청이 처리하고 있습니다. 잠시 뒤 상태를 확인하고 계속하세요."},
    {"checksum_mismatch", "The bytes that arrived do not have the checksum that came with them. They were not taken: send the piece again.", "받은 내용이 체크섬과 다릅니다",
     "도착한 내용이 함께 온 체크섬과 달라서 받지 않았습니다. 그 조각을 다시 보내세요."},
    {"too_many_requests", "The limit of requests is reached. Wait as many seconds as Retry-After says.", "짧은 시간에 요청이 너무 많습니다",
     "요청 한도에 도달했습니다. Retry-After 헤더에 적힌 초만큼 기다리세요."},
    {"invalid_field", "A field or parameter has a value that cannot be used. The detail names it and says what is allowed.", "사용할 수 없는 값이 있습니다",
     "필드나 매개변수의 값을 쓸 수 없습니다. 어느 것인지와 허용되는 값은 자세한 내용에 있습니다."},
    {"unknown_field", "The request has a name that does not exist here, most often a misspelt one. The detail lists those that do.", "없는 필드가 요청에 있습니다",
     "여기에 없는 이름이 요청에 들어 있습니다. 대개 철자가 틀린 경우입니다. 쓸 수 있는 이름은 자세한 내용에 있습니다."},
    {"missing_file", "Send the photo as the multipart field 'file'.", "요청에 사진이 없습니다", "사진을 multipart 필드 'file'로 보내세요."},
    {"malformed_body", "The body is no form, or no JSON object, as it should be, or it ended too early.", "요청 본문의 형식이 올바르지 않습니다",
     "본문이 올바른 폼이나 JSON 객체가 아니거나 중간에 끊겼습니다."},
    {"range_not_satisfiable", "The Range header asks for bytes behind the end of the file. Content-Range says how many it has.", "요청한 범위가 파일 밖입니다",
     "Range 헤더가 파일 끝보다 뒤를 가리킵니다. 파일의 크기는 Content-Range에 있습니다."},
    {"unsupported_media_type", "The Content-Type is not one that this address takes. The detail says which it is.", "이 주소가 받지 않는 형식의 본문입니다",
     "Content-Type이 이 주소에서 받는 것이 아닙니다. 받는 형식은 자세한 내용에 있습니다."},
    {"header_too_large", "The request's header has too many bytes or too many fields.", "요청 헤더가 너무 큽니다", "요청 헤더의 크기나 필드 수가 한도를 넘었습니다."},
    {"uri_too_long", "The address has too many bytes. Put long lists into the body.", "주소가 너무 깁니다", "주소가 너무 깁니다. 긴 목록은 본문에 넣으세요."},
    {"unknown_model", "There is no model of this name here. The detail lists those that are.", "그런 모델이 없습니다", "이 이름의 모델이 없습니다. 있는 모델은 자세한 내용에 있습니다."},
    {"insufficient_storage", "The disk, or what is set aside for this, is full. Nothing was stored. Make room, then send it again.", "저장 공간이 부족합니다",
     "디스크나 할당된 공간이 가득 찼습니다. 아무것도 저장하지 않았습니다. 공간을 확보한 뒤 다시 보내세요."},
    {"unavailable", "Too much waits at the moment, or the database cannot be used. Nothing was changed; try again shortly.", "지금은 처리할 수 없습니다",
     "대기 중인 요청이 너무 많거나 데이터베이스를 쓸 수 없습니다. 변경된 것은 없습니다. 잠시 뒤 다시 시도하세요."},
    {"empty_file", "The photo has no bytes. Check the file that was sent.", "사진이 비어 있습니다", "사진의 크기가 0입니다. 보낸 파일을 확인하세요."},
    {"unsupported_format", "The first bytes are not those of a supported photo. JPEG, PNG, WebP and GIF are taken, HEIC and AVIF where they are enabled.", "지원하는 형식의 사진이 아닙니다",
     "파일의 첫 부분이 지원하는 사진 형식이 아닙니다. JPEG, PNG, WebP, GIF를 받으며, 설정에 따라 HEIC와 AVIF도 받습니다."},
    {"too_large", "The file or body is larger than the limit, which the detail names.", "파일이 너무 큽니다", "파일이나 본문이 한도보다 큽니다. 한도는 자세한 내용에 있습니다."},
    {"too_many_pixels", "Width times height is beyond photo.max_pixels, or a side is too long. Send a smaller version.", "사진의 픽셀 수가 너무 많습니다",
     "가로와 세로를 곱한 값이 photo.max_pixels를 넘거나 한 변이 너무 깁니다. 더 작은 사진을 보내세요."},
    {"incomplete", "The file has too few bytes for the size that its header claims: the upload was probably cut off.", "머리글에 적힌 크기에 비해 파일이 너무 작습니다",
     "머리글이 말하는 크기에 비해 파일이 너무 작습니다. 업로드가 중간에 끊긴 것 같습니다."},
    {"truncated", "The photo ends in the middle of its data, and photo.refuse_truncated is on. Send the whole file.", "사진이 중간에서 잘렸습니다",
     "사진 데이터가 중간에서 끝났고 photo.refuse_truncated가 켜져 있습니다. 파일 전체를 보내세요."},
    {"corrupt", "The photo's data cannot be decoded. Open it and save it anew, then send that.", "사진이 손상되었습니다", "사진 데이터를 해독할 수 없습니다. 파일을 열어 새로 저장한 뒤 보내세요."},
    {"decoder_crash", "The sandboxed process that looked at the photo died. After two such crashes its content is quarantined.", "이 사진을 처리하다가 프로세스가 종료되었습니다",
     "사진을 처리하던 격리 프로세스가 죽었습니다. 두 번 그러면 그 내용은 격리됩니다."},
    {"timeout", "The photo took longer than run.hard_limit_seconds, or decoding it more than photo.decode_seconds. Send a smaller one, use a faster model, or raise the limit.", "처리가 제한 시간을 넘었습니다",
     "처리 시간이 run.hard_limit_seconds를, 또는 사진을 푸는 시간이 photo.decode_seconds를 넘었습니다. 더 작은 사진이나 더 빠른 모델을 쓰거나 한도를 올리세요."},
    {"memory_limit", "The photo needed more memory than run.memory_limit_mb. Send a smaller one, or raise the limit.", "처리에 필요한 메모리가 한도를 넘었습니다",
     "run.memory_limit_mb보다 많은 메모리가 필요했습니다. 더 작은 사진을 보내거나 한도를 올리세요."},
    {"model_output", "The model's numbers are not a result: not finite, outside the photo, or too many. Check the model and its sidecar.", "모델의 출력을 쓸 수 없습니다",
     "모델이 낸 값이 올바른 결과가 아닙니다(유한하지 않거나, 사진 밖이거나, 너무 많음). 모델과 사이드카를 확인하세요."},
    {"model_unavailable", "The model's process does not start at the moment. The status page and the log say why; the job is tried again.", "모델을 불러올 수 없습니다",
     "지금은 모델 프로세스가 시작되지 않습니다. 이유는 상태 화면과 로그에 있으며, 작업은 다시 시도됩니다."},
    {"model_refused", "The model's files cannot be used. The detail says what is wrong with them.", "사용할 수 없는 모델입니다", "모델 파일을 쓸 수 없습니다. 문제는 자세한 내용에 있습니다."},
    {"model_ambiguous", "The file can be read in several ways. Choose one in its sidecar; the answer lists the candidates.", "모델 파일을 어떻게 읽어야 하는지 알 수 없습니다",
     "파일을 여러 방식으로 읽을 수 있습니다. 응답의 후보 가운데 하나를 사이드카에서 고르세요."},
    {"service_failed", "The HTTP service behind this model failed or gave an answer that is none. Look at its log.", "모델 서비스가 쓸 만한 답을 주지 않았습니다",
     "이 모델의 HTTP 서비스가 실패했거나 올바르지 않은 답을 주었습니다. 그 서비스의 로그를 확인하세요."},
    {"blob_missing", "The photo's file is not in the data folder. Put it back from a copy, or upload it again.", "저장된 사진을 읽을 수 없습니다",
     "사진 파일이 데이터 폴더에 없습니다. 복사본에서 되돌리거나 다시 올리세요."},
    {"interrupted", "The job lost its worker again and again, through no fault of the photo. Retry it when the machine is calm.", "처리가 너무 자주 중단되었습니다",
     "사진과 관계없이 작업을 맡은 프로세스가 거듭 사라졌습니다. 안정된 뒤 다시 시도하세요."},
    {"idempotency_mismatch", "The same Idempotency-Key came with another photo or other fields. Use a new key for a new request.", "이 멱등성 키는 다른 요청에 이미 쓰였습니다",
     "같은 Idempotency-Key가 다른 사진이나 다른 필드와 함께 왔습니다. 새 요청에는 새 키를 쓰세요."},
    {"quarantined", "This content crashed its runner twice and is not run any more. An operator may release it.", "두 번 충돌을 일으켜 격리된 사진입니다",
     "이 내용은 실행 프로세스를 두 번 죽게 하여 더 이상 실행하지 않습니다. 운영자가 격리를 풀 수 있습니다."},
    {"expired", "The job was not started by its expires_at. Send it again with more time, or add workers.", "제때 시작되지 못한 작업입니다",
     "expires_at까지 아무도 작업을 시작하지 못했습니다. 시간을 더 주어 다시 보내거나 작업 프로세스를 늘리세요."},
};

}  // namespace

const ErrorText* error_text(std::string_view code) {
  const auto* found = std::ranges::find(kTexts, code, &ErrorText::code);
  return found == std::end(kTexts) ? nullptr : found;
}

std::span<const ErrorText> error_texts() { return kTexts; }

}  // namespace darkroom::domain
