#!lua
-- Keeps a checkpoint if it is the next one.
--
-- KEYS  the checkpoints
-- ARGV  the epoch, the checkpoint's canonical JSON, its signature
-- Returns 1 if the checkpoint was stored, 0 if another one was first and nothing was done, and -1 if the stream refuses
-- this epoch although the previous one is its newest: then its last id was raised from outside.

local CHECKPOINTS = KEYS[1]

local function place(number)
    return string.format('%.0f-0', number)
end

local epoch = tonumber(ARGV[1])
local last = redis.call('XREVRANGE', CHECKPOINTS, '+', '-', 'COUNT', 1)[1]
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
return 1
