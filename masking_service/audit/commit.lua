#!lua
-- Adds a commit to a writer's stream, and each of its entries to the order in which those of its tenant came: all of
-- it or nothing, and once, however often the commit arrives.
--
-- KEYS  the writer's stream, the set of writers, then the order of each tenant that has entries here, all in one slot
-- ARGV  the writer, the number of the first entry, the signature,
--       then for each entry: its canonical JSON, its link, and which of the orders is its own, 0 for none
-- Returns nothing of interest where the commit stands; an error where something else stands in its place.
--
-- The shebang makes the server check memory, role and replicas before the first step, not between two.

local STREAM, WRITERS = KEYS[1], KEYS[2]
local HEAD, WIDTH = 3, 3
local first = tonumber(ARGV[2])
local count = (#ARGV - HEAD) / WIDTH
local last = first + count - 1

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
for at = 3, #KEYS do
    redis.call('XREVRANGE', KEYS[at], '+', '-', 'COUNT', 1)
end

if newest and newest[1] == place(last) and link_of(newest[2]) == ARGV[#ARGV - 1] then
    return 0 -- the reply was lost, and this is the second attempt
end
if (newest and newest[1] or place(0)) ~= place(first - 1) then
    return redis.error_reply('ERR another entry stands there, or one is missing')
end

redis.call('SADD', WRITERS, ARGV[1])
for number = first, last do
    local at = HEAD + (number - first) * WIDTH
    local fields = {'entry', ARGV[at + 1], 'link', ARGV[at + 2]}
    local order = tonumber(ARGV[at + 3])
    if order > 0 then
        fields[#fields + 1] = 'order'
        fields[#fields + 1] = redis.call('XADD', KEYS[2 + order], '*', 'id', ARGV[1] .. '-' .. string.format('%.0f', number))
    end
    if number == last then
        fields[#fields + 1] = 'signature'
        fields[#fields + 1] = ARGV[3]
    end
    redis.call('XADD', STREAM, place(number), unpack(fields))
end
return count
