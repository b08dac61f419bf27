#!lua
-- Keeps a checkpoint, and takes those writers off the list that it names for the last time: all of it or nothing.
--
-- KEYS  the checkpoints, the set of writers, then the stream of each writer that leaves it, all in one slot
-- ARGV  the epoch, the checkpoint's canonical JSON, its signature,
--       then for each writer that leaves: its name, and the number of the last entry that the checkpoint names
-- Returns 1 if the checkpoint was stored, 0 if another one was first and nothing was done, and -1 if the stream refuses
-- this epoch although the previous one is its newest: then its last id was raised from outside.

local CHECKPOINTS, WRITERS = KEYS[1], KEYS[2]
local HEAD, WIDTH = 3, 2

local function place(number)
    return string.format('%.0f-0', number)
end

local function newest(stream)
    return redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
end

-- Look at everything before anything is touched. A writer that wrote meanwhile stays on the list.
local leaving = {}
for at = 3, #KEYS do
    local argument = HEAD + (at - 3) * WIDTH
    local last = newest(KEYS[at])
    if (last and last[1] or place(0)) == place(tonumber(ARGV[argument + 2])) then
        leaving[#leaving + 1] = ARGV[argument + 1]
    end
end
redis.call('SISMEMBER', WRITERS, '')

local epoch = tonumber(ARGV[1])
local last = newest(CHECKPOINTS)
if last and last[1] == place(epoch) then
    return last[2][2] == ARGV[2] and 1 or 0 -- ours, where the reply was lost and this is the second attempt
end
if (last and last[1] or place(0)) ~= place(epoch - 1) then
    return 0
end

local added = redis.pcall('XADD', CHECKPOINTS, place(epoch), 'checkpoint', ARGV[2], 'signature', ARGV[3])
if type(added) == 'table' and added.err then
    return string.find(added.err, 'equal or smaller', 1, true) and -1 or added
end
for _, writer in ipairs(leaving) do
    redis.call('SREM', WRITERS, writer)
end
return 1
