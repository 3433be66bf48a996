-- wrk -s front_door.lua: POST /process-image/ as the old Django task sends it, each time with another photo and number. PHOTO names a JPEG file.
-- TOKEN may hold a token.
local file = assert(io.open(os.getenv("PHOTO"), "rb"))
local photo = file:read("*a")
file:close()
local boundary = "front-door-7d9a41c2"
local number = 1000000 + (os.time() % 100000) * 100000
wrk.method = "POST"
wrk.headers["Content-Type"] = "multipart/form-data; boundary=" .. boundary
if (os.getenv("TOKEN") or "") ~= "" then wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN") end

local function field(name, value)
  return "--" .. boundary .. "\r\nContent-Disposition: form-data; name=\"" .. name .. "\"\r\n\r\n" .. value .. "\r\n"
end

function request()
  number = number + 1
  -- What stands behind the end of a JPEG changes its hash and nothing else.
  return wrk.format(nil, nil, nil, field("image_id", tostring(number)) .. field("priority", "0") .. field("metadata", "{}") ..
    "--" .. boundary .. "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" ..
    photo .. string.format("%016d", number) .. "\r\n--" .. boundary .. "--\r\n")
end
