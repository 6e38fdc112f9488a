-- HAProxy's question to iamd. Written by `iamd gateway config haproxy-lua`, for a file iamd.lua.
-- It contains the API key of the gateway: nobody else should be able to read it.

local QUESTION = "@IAMD_SCHEME@://@IAMD_ADDRESS@/forward-auth/@SERVICE@"
local API_KEY = "@API_KEY@"
local IS_S3 = @IS_S3@
local BACKEND_HOST = "@BACKEND_HOST@"
-- Headers of the client that mean something else to iamd, or to the server behind.
local DROPPED = {
    connection = true, ["content-length"] = true, ["transfer-encoding"] = true, expect = true, host = true,
    forwarded = true, ["x-real-ip"] = true, ["x-original-content-length"] = true,
    ["x-original-transfer-encoding"] = true,
}

local function is_ours(name)
    return name:sub(1, 7) == "x-iamd-" or name:sub(1, 12) == "x-forwarded-"
end

local function values(headers, name)
    local list = {}
    for _, value in pairs(headers[name] or {}) do list[#list + 1] = value end
    return list
end

local function first(headers, name)
    return values(headers, name)[1] or ""
end

-- What iamd is told about the request.
local function description(txn, headers)
    return {
        ["x-iamd-api-key"] = {API_KEY},
        ["x-forwarded-method"] = {txn.sf:method()},
        ["x-forwarded-uri"] = {txn.sf:pathq()},
        ["x-forwarded-host"] = {table.concat(values(headers, "host"), ",")},
        ["x-forwarded-proto"] = {txn.sf:ssl_fc() == "1" and "https" or "http"},
        ["x-forwarded-for"] = {txn.sf:src()},
        ["x-original-content-length"] = {first(headers, "content-length")},
        ["x-original-transfer-encoding"] = {first(headers, "transfer-encoding")},
    }
end

local function question(txn, headers)
    local asked = description(txn, headers)
    for name, _ in pairs(headers) do
        if not DROPPED[name] and not is_ours(name) then asked[name] = values(headers, name) end
    end
    return asked
end

local function refuse(txn, status, headers, body)
    local reply = txn:reply{status = status, body = body}
    reply:add_header("content-type", headers["content-type"] and first(headers, "content-type") or "text/plain")
    reply:add_header("cache-control", "no-store")
    txn:done(reply)
end

local function remove_ours(txn, headers)
    for name, _ in pairs(headers) do
        if is_ours(name) then txn.http:req_del_header(name) end
    end
    for _, name in ipairs({"forwarded", "x-amz-security-token"}) do txn.http:req_del_header(name) end
end

local function pass_to_store(txn, answer)
    txn.http:req_set_header("authorization", first(answer, "x-iamd-store-authorization"))
    txn.http:req_set_header("x-amz-date", first(answer, "x-iamd-store-date"))
    txn.http:req_set_header("x-amz-content-sha256", first(answer, "x-iamd-store-content-sha256"))
    txn.http:req_del_header("cookie")
    txn.http:req_set_header("host", BACKEND_HOST)
    txn.http:req_set_uri(first(answer, "x-iamd-store-uri"))
end

local function pass_to_service(txn, answer)
    txn.http:req_set_uri(txn.sf:pathq())
    txn.http:req_del_header("authorization")
    for _, name in ipairs({"arn", "account", "user-id", "principal-tags", "content-sha256"}) do
        txn.http:req_set_header("x-iamd-" .. name, first(answer, "x-iamd-" .. name))
    end
    txn.http:req_set_header("x-forwarded-for", txn.sf:src())
end

local function ask(txn)
    local headers = txn.http:req_get_headers()
    local response = core.httpclient():get{url = QUESTION, headers = question(txn, headers), timeout = 10000}
    if response == nil or response.status == nil or response.status == 0 then
        return refuse(txn, 503, {}, "Access cannot be checked at the moment. Try again.\n")
    end
    if response.status ~= 200 then
        return refuse(txn, response.status, response.headers, response.body or "")
    end
    remove_ours(txn, headers)
    if IS_S3 then pass_to_store(txn, response.headers) else pass_to_service(txn, response.headers) end
end

-- For requests that iamd answers itself.
local function describe(txn)
    local headers = txn.http:req_get_headers()
    local described = description(txn, headers)
    for name, _ in pairs(headers) do
        if is_ours(name) then txn.http:req_del_header(name) end
    end
    for name, list in pairs(described) do txn.http:req_set_header(name, list[1]) end
    txn.http:req_del_header("forwarded")
    txn.http:req_del_header("x-real-ip")
end

core.register_action("iamd", {"http-req"}, ask, 0)
core.register_action("iamd_answers", {"http-req"}, describe, 0)
