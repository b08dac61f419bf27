#!lua
-- Counts what is spent in sliding windows: all windows of a call are taken together or none is, what was not used
-- is given back, and however often one call arrives it counts once. It never frees anything early.
--
-- KEYS  the call's own key, then one key for each window of each subject, all in one slot
-- ARGV  to reserve:    'reserve', seconds that the call is remembered, amount,
--                      then for each window: its part now, its limit, seconds that it is kept
--       to reserve for a signed act: 'reserve signed', and the same; the last key is that of the signature, and the last
--                      argument the seconds that it is kept. It is taken with the windows, or neither is.
--       to check:      'check', and the same; it takes nothing
--       to give back:  'give back', amount
-- Returns, to reserve or check: nothing where there is room; -1 alone where the signature was used before; else for each
--                      window the part from which the amount fits, 0 where it fits now. To give back: nothing.
--
-- A window is stored as the number of its newest part, its total, and the counts of its parts, newest first: four
-- bytes each. Sixty-one parts matter: sixty make a window, and the oldest, which the window has half left, counts
-- wholly. The shebang makes the server check memory, role and replicas before the first step, not between two.

local PARTS = 61
local WIDTH = 4
local HEAD = 2 * WIDTH
local NOTHING = struct.pack('>I4', 0)

-- What a window holds: newest part, total, counts; nil where it was never used.
local function read(value)
    if not value then
        return nil
    end
    local newest, total = struct.unpack('>I4I4', value)
    return newest, total, string.sub(value, HEAD + 1)
end

-- One count, numbered from 1, the newest.
local function count_at(counts, index)
    return (struct.unpack('>I4', counts, (index - 1) * WIDTH + 1))
end

-- The same window when its newest part is `part`. A clock that went back changes nothing, so it frees nothing.
local function slid(part, newest, total, counts)
    if not newest or part - newest >= PARTS then
        return part, 0, NOTHING -- never used, or all of it has left the window
    end
    if part <= newest then
        return newest, total, counts
    end
    counts = string.rep(NOTHING, part - newest) .. counts
    for index = PARTS + 1, #counts / WIDTH do
        total = total - count_at(counts, index)
    end
    return part, total, string.sub(counts, 1, PARTS * WIDTH)
end

-- The part from which `amount` fits, if nothing more is spent: the oldest counts leave one after the other.
local function fits_from(newest, total, counts, amount, limit)
    for index = #counts / WIDTH, 1, -1 do
        total = total - count_at(counts, index)
        if total + amount <= limit then
            return newest - index + 1 + PARTS
        end
    end
    return newest + PARTS -- it never fits: a whole window, so that no client retries in a loop
end

local function reserve()
    -- A call that was reserved already has an outcome: its reply was lost, and it must not count again.
    local values = redis.call('MGET', unpack(KEYS))
    if values[1] then
        return {}
    end
    local signed = ARGV[1] == 'reserve signed'
    if signed and values[#KEYS] then
        return {-1}
    end
    local amount = tonumber(ARGV[3])
    local windows, replies, refused = {}, {}, false

    -- Look at every window before any is touched.
    for number = 1, #KEYS - (signed and 2 or 1) do
        local part, limit = tonumber(ARGV[3 * number + 1]), tonumber(ARGV[3 * number + 2])
        local before, total, counts = read(values[number + 1])
        local newest
        newest, total, counts = slid(part, before, total, counts)
        replies[number] = 0
        if total + amount > limit then
            refused = true
            replies[number] = fits_from(newest, total, counts, amount, limit)
        end
        windows[number] = {newest, total, counts, before == part}
    end
    if refused then
        return replies
    end
    if ARGV[1] == 'check' then
        return {}
    end

    -- All of them have room: count in each one's newest part.
    local parts = {}
    for number, window in ipairs(windows) do
        local newest, total, counts, in_place = unpack(window)
        local start = struct.pack('>I4I4I4', newest, total + amount, count_at(counts, 1) + amount)
        if in_place then
            -- The part is the one of the last write, so the key is kept long enough already.
            redis.call('SETRANGE', KEYS[number + 1], 0, start)
        else
            local value = start .. string.sub(counts, WIDTH + 1)
            redis.call('SET', KEYS[number + 1], value, 'EX', ARGV[3 * number + 3])
        end
        parts[number] = struct.pack('>I4', newest)
    end

    if signed then
        redis.call('SET', KEYS[#KEYS], '', 'EX', ARGV[#ARGV])
    end
    -- Remember in which part of each window this call was counted: to give back there, and to count only once.
    redis.call('SET', KEYS[1], table.concat(parts), 'EX', ARGV[2])
    return {}
end

local function give_back()
    -- A call that is forgotten, or has given back already, gives nothing back.
    local values = redis.call('MGET', unpack(KEYS))
    local parts = values[1]
    if not parts or parts == '' then
        return {}
    end
    local unused = tonumber(ARGV[2])
    for number = 1, #KEYS - 1 do
        local newest, total, counts = read(values[number + 1])
        -- The index of the part now; beyond the last one if the part has left the window.
        local index = newest and newest - count_at(parts, number) + 1
        if index and index >= 1 and index <= #counts / WIDTH then
            local count = count_at(counts, index)
            local back = math.min(unused, count) -- a window that was lost and begun anew may hold less
            redis.call('SETRANGE', KEYS[number + 1], WIDTH, struct.pack('>I4', total - back))
            redis.call('SETRANGE', KEYS[number + 1], HEAD + (index - 1) * WIDTH, struct.pack('>I4', count - back))
        end
    end
    redis.call('SET', KEYS[1], '', 'KEEPTTL')
    return {}
end

if ARGV[1] == 'give back' then
    return give_back()
end
return reserve()
