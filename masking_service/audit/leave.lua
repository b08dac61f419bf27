#!lua
-- Takes writers off the list that a checkpoint has just named for the last time: all of them or none.
--
-- KEYS  the set of writers of a slot, then the stream of each writer that leaves it
-- ARGV  for each writer that leaves: its name, and the number of the last entry that the checkpoint names
-- Returns how many have left. One that wrote meanwhile stays on the list.

local WRITERS = KEYS[1]

-- Look at everything before anything is touched: a key of another kind is an error here.
local leaving = {}
for at = 2, #KEYS do
    local writer, number = ARGV[2 * at - 3], tonumber(ARGV[2 * at - 2])
    local last = redis.call('XREVRANGE', KEYS[at], '+', '-', 'COUNT', 1)[1]
    if (last and last[1] or '0-0') == string.format('%.0f-0', number) then
        leaving[#leaving + 1] = writer
    end
end
redis.call('SISMEMBER', WRITERS, '')

for _, writer in ipairs(leaving) do
    redis.call('SREM', WRITERS, writer)
end
return #leaving
