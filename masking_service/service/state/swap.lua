#!lua
-- Replaces the values of several keys, all or none: only while each of them still has the value that was read.
--
-- KEYS  the places, then keys that are deleted with them, all in one slot
-- ARGV  the number of places, the Unix time at which the new values expire,
--       then for each place: the value that was read and the new one, empty for no value
-- Returns 1 where the new values are stored, 0 where a place was changed meanwhile. However often one call arrives, its
-- values are written once.

local count = tonumber(ARGV[1])
local written = true

for at = 1, count do
    local stored = redis.call('GET', KEYS[at]) or ''
    if stored ~= ARGV[2 * at + 2] then
        written = false
        if stored ~= ARGV[2 * at + 1] then
            return 0
        end
    end
end

if written then
    return 1
end

for at = 1, count do
    if ARGV[2 * at + 2] == '' then
        redis.call('DEL', KEYS[at])
    else
        redis.call('SET', KEYS[at], ARGV[2 * at + 2], 'EXAT', ARGV[2])
    end
end

for at = count + 1, #KEYS do
    redis.call('DEL', KEYS[at])
end

return 1
