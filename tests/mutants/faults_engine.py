"""Faults of what looks at photos: decoding, reading a model's numbers, budgets, the sandbox, versions of models."""
from fault import fault, system, unit

POOL = "runner_pool_test"
RUNNER = ("darkroom-runner",)

FAULTS = [
    # --- pictures ---
    fault("exif-twice", "a photo that was turned once is turned again", "src/imaging/decode_jpeg.cpp", "UprightRows rows(photo.pixels, stored, task.header.orientation);",
          "UprightRows rows(photo.pixels, stored, task.header.orientation == 3 ? 1 : task.header.orientation);", unit("imaging_test", "JpegBaselineProgressiveAndScaled"), system("test_formats.py", "orientation")),
    fault("exif-mirrored-wrongly", "a mirrored photo is mirrored the other way", "src/imaging/orient.cpp", "{false, true, false},", "{false, false, true},", unit("imaging_test", "EveryPixelOfOddSizes")),
    fault("overlay-as-stored", "the boxes of an overlay lie where the photo was before it was turned", "src/runner/process/process_photo.cpp", "imaging::render(photo->pixels, photo->info.width, photo->info.height, order);",
          "imaging::render(photo->pixels, photo->info.raw_width, photo->info.raw_height, order);", system("test_pictures.py", "an_overlay_lies_on_its_object")),
    fault("channels-never-swapped", "a model that wants blue first gets red first", "src/imaging/pack.cpp", "std::size_t red = plan.order == ColourOrder::rgb ? 0 : 2;", "std::size_t red = 0;", unit("imaging_test", "OrdersChannelsAndNormalises")),
    fault("clip-resized-as-a-detector", "pictures that look alike are far apart by CLIP", "src/inference/families_conventions.cpp", "cropped(224, 1.0, Interpolation::bicubic,", "cropped(224, 1.0, Interpolation::bilinear,",
          system("test_model_families.py", "embedding_equals"), programs=RUNNER),
    fault("shrunk-without-antialias", "fine stripes become coarse ones before a classifier sees them", "src/imaging/resample.cpp", "double wider = std::max(step, 1.0);", "double wider = 1.0;",
          unit("imaging_test", "ShrinksAsPillow"), system("test_model_families.py", "classes_equal", "embedding_equals"), programs=RUNNER),
    fault("padding-forgotten", "a box of a letterboxed photo lies beside its object", "src/inference/read_places.cpp", "(in_tensor.x - placement.offset_x) / placement.scale_x", "in_tensor.x / placement.scale_x", unit("inference_test", "PlacesTheBoxInThePhoto")),

    fault("thumbnail-as-answer", "a thumbnail that nobody took is taken for the next photo's answer", "src/runner/pool/slot.cpp", "take_thumbnail();  // one that nobody took", "owing = nullptr;",
          unit(POOL, "ThatNobodyTookIsNotTakenForTheNextAnswer")),
    fault("no-thumbnail", "a processed photo is decoded once more for its thumbnail", "src/runner/process/process_photo.cpp", "return Done{std::move(*outcome), shown_.has_value()};", "return Done{std::move(*outcome)};",
          unit(POOL, "FollowsTheResult"), programs=RUNNER),

    # --- what a model answers ---
    fault("nms-across-classes", "a dog beside a cat hides the cat", "src/inference/read_finds.cpp", "thresholds.rivals = across ? Rivals::all_classes : Rivals::same_class;", "thresholds.rivals = across ? Rivals::same_class : Rivals::all_classes;",
          unit("inference_test", "SuppressesWithinAClassUnlessTheRecipeSaysAcross")),
    fault("nan-accepted", "NaN is taken for a result", "src/inference/read_checks.cpp", "if (tensor && !all_finite(tensor->values)) return not_finite(role);", "", unit("inference_test", "WhatCannotBe", "NumbersThatCannotBe", "WhateverAModelAnswers")),

    fault("lone-logits-as-scores", "one class covers every photo, since its scores are all over 0", "src/inference/families_maps.cpp", "done ? domain::Activation::none : domain::Activation::sigmoid", "domain::Activation::sigmoid",
          unit("inference_test", "OfOneClassThePlacesAreOverAHalf"), programs=RUNNER),
    fault("coordinates-as-classes", "the landmarks of a face are taken for 98 classes", "src/inference/families_vectors.cpp", "if (numbers == Numbers::scores) return", "if (false) return",
          unit("inference_test", "NumbersInShareMayBeCoordinates"), programs=RUNNER),
    fault("any-table-of-shares", "a matte is read as boxes", "src/inference/families_answers.cpp", "std::string why = said || asked ? \"\"", "std::string why = said || !asked ? \"\"",
          unit("inference_test", "NumbersInSharesAreNoQueriesByThemselves"), programs=RUNNER),
    fault("rtdetr-unnamed", "an RT-DETR of two classes is not told though its metadata names it", "src/inference/families_answers.cpp", "has_word(metadata.description, \"rtdetr\") || ", "",
          unit("inference_test", "ThreeHundredRowsOfSix"), programs=RUNNER),
    fault("one-find-is-classes", "a detector that found one thing in its probe is a classifier of six", "src/inference/families_vectors.cpp", "return file.image.shape[0] >= 0 || (as_a_find", "return false && (as_a_find",
          unit("inference_test", "ARowForEachFindIsNoVector"), programs=RUNNER),

    fault("shares-as-pixels", "whatever a model of TensorFlow finds is a dot in the corner", "src/inference/families.cpp", "<= kLargestShare ? domain::BoxUnit::shares", "<= 0 ? domain::BoxUnit::shares",
          unit("inference_test", "BoxesMayBeSharesOfTheSides"), system("test_model_families.py", "what_is_found_equals"), programs=RUNNER),
    fault("shares-unscaled", "a model that is known to write shares still finds dots", "src/inference/read_yolo.cpp", "if (reading.recipe.box_unit != domain::BoxUnit::shares) return {1, 1};", "if (reading.input_width > 0) return {1, 1};",
          unit("inference_test", "SharesOfTheSidesArePlacedLikePixels"), system("test_model_families.py", "what_is_found_equals"), programs=RUNNER),
    fault("rtdetr-resized-by-opencv", "a large photo is aliased before RT-DETR sees it", "src/inference/families_conventions.cpp",
          "Recipe rtdetr() {\n  Recipe recipe = answering(input(640, 640, Fit::stretch, kNothing, kShares), 0.60);\n  recipe.interpolation = Interpolation::bilinear_antialias;",
          "Recipe rtdetr() {\n  Recipe recipe = answering(input(640, 640, Fit::stretch, kNothing, kShares), 0.60);\n  recipe.interpolation = Interpolation::bilinear;",
          system("test_model_families.py", "what_is_found_equals"), programs=RUNNER),
    fault("preparation-unread", "a classifier that says how it was trained is fed ImageNet's numbers", "src/inference/families_complete.cpp", "} else if (said->has_value() && usual->has_value()) {", "} else if (said->has_value() && !usual->has_value()) {",
          unit("inference_test", "WhatMetadataSaysOfThePreparationCounts"), programs=RUNNER),
    fault("hugging-face-guessed", "a ViT is cropped and fed ImageNet's numbers", "src/inference/families_vectors.cpp", "return file.image.name == \"pixel_values\" &&", "return file.image.name.empty() &&",
          unit("inference_test", "HowAnExportOfHuggingFaceIsFedIsAsked"), programs=RUNNER),
    fault("ssd-squeezed", "every photo is squeezed into one square before TensorFlow resizes it", "src/inference/onnx_input.cpp", "if (!takes_any_size()) return most_;", "if (most_.width > 0) return most_;",
          unit("inference_test", "OfAnySizeHasThePhotosRatio")),
    fault("background-kept", "TensorFlow's person is called by the name before", "src/inference/families_complete.cpp", "if (recipe().family != \"ssd\" || !named) return \"\";", "if (recipe().family != \"ssd\" || named) return \"\";",
          unit("inference_test", "ListsOfLabelsMayBeginWithTheBackground"), system("test_model_families.py", "own_list_of_labels"), programs=RUNNER),

    # --- budgets ---
    fault("pixels-unbounded", "a small file that unpacks to gigabytes is decoded", "src/imaging/proofs.cpp", "height <= most_side && width <= most_pixels / height;", "height <= most_side && most_pixels > 0;",
          unit("imaging_test", "RefusesTooManyBytesAndPixels")),
    fault("scans-unbounded-in-decoder", "a JPEG that hides its scans from the header holds a slot for minutes", "src/imaging/decode_jpeg.cpp", "if (file.decoder.input_scan_number <= file.max_scans) return;", "if (file.decoder.input_scan_number <= 1000 * file.max_scans) return;",
           unit("imaging_test", "GuardsItselfAgainstScansAndAHeaderThatSaysOtherwise", "StopsAtTheScanLimit")),
    fault("bytes-unbounded", "a photo of more bytes than allowed is taken", "src/imaging/header.cpp", "> static_cast<std::uint64_t>(limits.max_bytes)) {", "> 1000 * static_cast<std::uint64_t>(limits.max_bytes)) {",
           unit("imaging_test", "RefusesTooManyBytesAndPixels")),
    fault("hard-limit-off", "a decoder that spins holds its slot for ever", "src/runner/pool/patience.cpp", "  hard_ = start + limits.hard;\n", "  hard_ = start + limits.hard * 1000;\n",
          unit(POOL, "TheHardLimitKillsAChildThatSpins"), programs=RUNNER),
    fault("decode-budget-off", "a photo that is made to be slow to decode has a processor for itself for minutes", "src/runner/pool/patience.cpp",
          "  } else if (spent >= budget_) {\n", "  } else if (too_costly_) {\n", unit(POOL, "DecodingThatCostsTooMuchIsEnded"), system("test_time_limits.py", "decoding_has_a_bound")),
    fault("decoded-unheard", "a model that takes long is killed for what decoding may cost", "src/runner/process/process_photo.cpp",
          "  if (!photo) return photo.error();\n  progress::decoded();\n  outcome.image", "  if (!photo) return photo.error();\n  outcome.image", unit(POOL, "TheCostOfARunIsNotTakenForThatOfDecoding"), programs=RUNNER),
    fault("waiting-counts-as-decoding", "on a busy machine photos are given up for the time that others took", "src/runner/pool/process_handle.cpp",
          "::clock_getcpuclockid(pid_, &clock) != 0 || ", "(clock = CLOCK_MONOTONIC) < 0 || ", unit(POOL, "TimeThatPassesIsNoCostOfDecoding"), programs=RUNNER),
    fault("earlier-work-counts-as-decoding", "a child that has worked for a while is ended at the next photo that takes a moment", "src/runner/pool/patience.cpp",
          "  spent_before_ = child_.process.processor_time();\n", "", unit(POOL, "WhatAChildSpentOnEarlierPhotos"), programs=RUNNER),
    fault("timer-allowed", "a child that is taken over sets its own timers", "src/runner/process/system_calls.cpp", "SCMP_SYS(wait4),           SCMP_SYS(seccomp),",
          "SCMP_SYS(wait4),           SCMP_SYS(seccomp),       SCMP_SYS(setitimer),", unit(POOL, "ForbiddenCallKillsTheChild/setitimer"), programs=RUNNER),
    fault("soft-limit-off", "a long run is not stopped in good order", "src/runner/pool/patience.cpp", "      child_.process.signal(SIGUSR1);\n", "", unit(POOL, "TheSoftLimitStopsALongRun"), programs=RUNNER),

    # --- sandbox ---
    fault("socket-allowed", "a runner opens a socket", "src/runner/process/system_calls.cpp", "SCMP_SYS(wait4),           SCMP_SYS(seccomp),", "SCMP_SYS(wait4),           SCMP_SYS(seccomp),       SCMP_SYS(socket), SCMP_SYS(connect),",
          unit(POOL, "ForbiddenCallKillsTheChild/socket", "ForbiddenCallKillsTheChild/connect"), programs=RUNNER),
    fault("children-unwalled", "a runner forks as its zygote may", "src/runner/process/child.cpp", "return raise_child_wall() || !task.init.require_sandbox;", "return true;", unit(POOL, "ForbiddenCallKillsTheChild"), programs=RUNNER),
    fault("outlives-server", "runners live on when the server is killed", "src/runner/process/wall.cpp", "  ::prctl(PR_SET_PDEATHSIG, SIGKILL);\n", "  (void)PR_SET_PDEATHSIG;\n", unit(POOL, "RunnersDieWithTheServer"), programs=RUNNER),

    fault("second-descriptor-kept", "a runner that was taken over fills the server with open files", "src/runner/protocol/frame.cpp", "at + sizeof(int) <= header->cmsg_len; at += sizeof(int)", "at == CMSG_LEN(0); at += sizeof(int)",
          unit("runner_protocol_test", "OfTwoDescriptorsNoneStaysOpenUnheld")),

    # --- versions of models ---
    fault("wish-in-memory-alone", "a dropped model never runs, since the server was killed before it was current", "src/models/librarian.cpp", "  library_.set_next(entry.info.name, version);\n", "",
          unit("models_test", "WhatPassedAndWasCutShortRunsAfterTheNextStart")),
    fault("wish-lost-at-an-error", "a dropped model never runs, since the database was away for a moment", "src/models/librarian_look.cpp", "std::exchange(entry.wanted, {})", "{}; entry.wanted.clear()",
          unit("models_test", "WhatPassedWhileTheDatabaseWasAwayRunsWhenItIsBack")),
    fault("trial-holds-up-stop", "a server that is told to stop waits minutes for a model that does not load", "src/runner/pool/zygotes.cpp", "zygote.start_afresh(state_->stopping.descriptor())",
          "zygote.start_afresh(-1)", unit(POOL, "ATrialIsCutShortByTheEnd"), programs=RUNNER),
    fault("idle-children-stay", "idle runners keep the memory that others need", "src/runner/pool/zygotes.cpp", "  state_->tight = budget_bytes > 0 && sum > budget_bytes;\n", "",
          unit(POOL, "OverTheBudgetIdleChildrenDoNotStay"), programs=RUNNER),
    fault("any-variable-a-header", "who may add a model has the server's secrets sent to an address of theirs", "src/models/sidecar.cpp", "!variable.starts_with(domain::kModelVariables)", "variable.empty()",
          unit("models_test", "TheServersOwnSecretsAreNoHeaders")),
    fault("version-named-late", "a result has the name of the version that runs when it ends", "src/worker/process_job.cpp", "return {run(job, *model, workshop), model->version};", "domain::Ending ending = run(job, *model, workshop);\n    return {std::move(ending), workshop.catalogue.find(job.model)->version};",
          unit("worker_test", "NamesTheVersion")),
    fault("first-wish-wins", "a version that was asked to wait takes the photos after a restart", "src/models/librarian.cpp",
          "  if (is_for_later) want_no_more(entry, model->version);\n", "", unit("models_test", "ForLaterIsTheLastWord")),
    fault("damage-for-ever", "a model whose stored file was damaged stays damaged, however often it is added", "src/models/librarian.cpp",
          "  if (!is_new && library_.is_sound(model)) return", "  if (!is_new) return", unit("models_test", "IsMended")),
    fault("refused-model-runs", "a version that failed its trial takes photos", "src/models/librarian.cpp", "      added.refused = std::move(trial);\n", "      added.refused = std::move(trial);\n      make_current(entry, *kept, actor);\n",
           unit("models_test", "ARefusedVersionTakesNoWorkAndTheOldOneGoesOn")),
]
