#!lua
-- Replaces a stored value by the same value under another key, unless it was changed meanwhile. Its expiry stays.
--
-- KEYS  the key
-- ARGV  the field of a hash, or nothing for a string; the value that was read; the value that replaces it
-- Returns 1 where it was replaced, else 0.

if ARGV[1] == '' then
    if redis.call('get', KEYS[1]) ~= ARGV[2] then
        return 0
    end
    redis.call('set', KEYS[1], ARGV[3], 'keepttl')
else
    if redis.call('hget', KEYS[1], ARGV[1]) ~= ARGV[2] then
        return 0
    end
    redis.call('hset', KEYS[1], ARGV[1], ARGV[3])
end
return 1
