#!lua
-- Adds a commit to a writer's stream, each of its entries to the order in which those of its tenant came, and fields to
-- other hashes: all of it or nothing, and once, however often the commit arrives.
--
-- KEYS  the writer's stream, the set of writers, then the order of each tenant that has entries here, then the hash of
--       each field; all in one slot, where there are slots
-- ARGV  the writer, the number of the first entry, the signature, how many entries there are,
--       then for each entry: its stored form, its link, and which of the orders is its own, 0 for none,
--       then for each field: its name, its value, and until when its hash is kept at least (Unix seconds)
-- Returns an error if its place in the stream is taken by another entry, or the entry before it is missing.
--
-- The shebang makes the server check memory, role and replicas before the first step, not between two.

local STREAM, WRITERS = KEYS[1], KEYS[2]
local HEAD, WIDTH = 4, 3
local first, count = tonumber(ARGV[2]), tonumber(ARGV[4])
local last = first + count - 1
local fields_at = HEAD + count * WIDTH
local fields = (#ARGV - fields_at) / WIDTH
local hashes_at = #KEYS - fields

local function place(number)
    return string.format('%.0f-0', number)
end

local function link_of(fields)
    for at = 1, #fields, 2 do
        if fields[at] == 'link' then
            return fields[at + 1]
        end
    end
end

-- Look at everything before anything is touched: a key of another kind is an error here.
local newest = redis.call('XREVRANGE', STREAM, '+', '-', 'COUNT', 1)[1]
redis.call('SISMEMBER', WRITERS, ARGV[1])
for at = 3, hashes_at do
    redis.call('XREVRANGE', KEYS[at], '+', '-', 'COUNT', 1)
end
for at = hashes_at + 1, #KEYS do
    redis.call('HLEN', KEYS[at])
end

if newest and newest[1] == place(last) and link_of(newest[2]) == ARGV[fields_at - 1] then
    return 0 -- the reply was lost, and this is the second attempt
end
if (newest and newest[1] or place(0)) ~= place(first - 1) then
    return redis.error_reply('ERR the place is taken by another entry, or the entry before it is missing')
end

redis.call('SADD', WRITERS, ARGV[1])
for number = first, last do
    local at = HEAD + (number - first) * WIDTH
    local line = {'entry', ARGV[at + 1], 'link', ARGV[at + 2]}
    local order = tonumber(ARGV[at + 3])
    if order > 0 then
        line[#line + 1] = 'order'
        line[#line + 1] = redis.call('XADD', KEYS[2 + order], '*', 'id', ARGV[1] .. '-' .. string.format('%.0f', number))
    end
    if number == last then
        line[#line + 1] = 'signature'
        line[#line + 1] = ARGV[3]
    end
    redis.call('XADD', STREAM, place(number), unpack(line))
end
for at = 1, fields do
    local hash, value = KEYS[hashes_at + at], fields_at + (at - 1) * WIDTH
    redis.call('HSET', hash, ARGV[value + 1], ARGV[value + 2])
    -- To Redis a key without expiry never ends, so GT alone would leave it so; both together never shorten.
    redis.call('EXPIREAT', hash, ARGV[value + 3], 'NX')
    redis.call('EXPIREAT', hash, ARGV[value + 3], 'GT')
end
return count
