-- Groups: the declared answers of few values to who takes part, and who is among those that a rule names.
--
-- A session's groups are JSON that C checked. What functions need of them is taken out once, when the session is made, into
-- the field `dims`: `status=client|salarie:code,sso,ask;store=lille|nantes:code`, in the order of the definition. A
-- dimension and a value are addressed by their index in that order, from 0: `0-1` is status=salarie. A person's groups are
-- `status=client,store=lille` in the same order, `-` for none.
--
-- A rule of eligibility is JSON too; functions read it as `roles=participant|expert;levels=code;groups.store=lille|nantes`.
-- What was read is kept by its very text, so that it can never be out of date.

-- JSON in its own order -----------------------------------------------------------------------------------------------

-- The names of the object that begins at `at`, in their order, each with where its value begins: cjson forgets the order.
local function json_members(text, at)
    local members, depth = {}, 0
    local first = find(text, '["{}%[%]]', at)
    while first do
        local mark, last = sub(text, first, first), first
        if mark == '"' then
            last = first + 1
            while sub(text, last, last) ~= '"' and last <= #text do
                last = last + (sub(text, last, last) == '\\' and 2 or 1)
            end
            local value = match(text, '^%s*:%s*()', last + 1)
            if value and depth == 1 then
                members[#members + 1] = {name = sub(text, first + 1, last - 1), at = value}
            end
        elseif mark == '{' or mark == '[' then
            depth = depth + 1
        else
            depth = depth - 1
            if depth <= 0 then
                return members
            end
        end
        first = find(text, '["{}%[%]]', last + 1)
    end
    return members
end

-- `dims` of a session's groups.
function group.compile(json)
    local dims = {}
    for i, dim in ipairs(json_members(json, 1)) do
        local values, from = {}, ''
        for _, part in ipairs(json_members(json, dim.at)) do
            if part.name == 'values' then
                for at, value in ipairs(json_members(json, part.at)) do
                    values[at] = value.name
                end
            elseif part.name == 'from' then
                from = match(json, '^%[(.-)%]', part.at):gsub('["%s]', '')
            end
        end
        dims[i] = dim.name .. '=' .. concat(values, '|') .. ':' .. from
    end
    return concat(dims, ';')
end

-- The definition --------------------------------------------------------------------------------------------------

local dims_known = cache_new()

-- The dimensions that `dims` says.
function group.dims_read(text)
    local dims = {}
    for name, values, from in text:gmatch('([^=;]+)=([^:]*):([^;]*)') do
        local dim = {name = name, index = #dims, values = {}, at = {}, from = {}}
        for value in values:gmatch('[^|]+') do
            dim.at[value] = #dim.values
            dim.values[#dim.values + 1] = value
        end
        for door in from:gmatch('[^,]+') do
            dim.from[door] = true
        end
        dims[#dims + 1] = dim
        dims[name] = dim
    end
    return cache_put(dims_known, text, dims)
end

-- The dimensions of the session, in their order and by their names.
function group.dims(s)
    if not s.dims then
        local text = call('HGET', s.meta, 'dims') or ''
        s.dims = dims_known.texts[text] or group.dims_read(text)
    end
    return s.dims
end

-- Somebody's groups -------------------------------------------------------------------------------------------------

local groups_known = cache_new()

-- As a list of {dimension, value}, and by dimension.
function group.read(text)
    local known = groups_known.texts[text]
    if known then
        return known
    end
    local list = {by = {}}
    if text ~= '-' then
        for dim, value in text:gmatch('([^=,]+)=([^=,]+)') do
            list[#list + 1] = {dim, value}
            list.by[dim] = value
        end
    end
    return cache_put(groups_known, text, list)
end

-- `have` (by dimension) as text, in the order of the definition.
function group.text(s, have)
    local parts = {}
    for _, dim in ipairs(group.dims(s)) do
        if have[dim.name] then
            parts[#parts + 1] = dim.name .. '=' .. have[dim.name]
        end
    end
    return #parts == 0 and '-' or concat(parts, ',')
end

-- The first dimension of `text` that is none of the session's, has no such value, or is not said by `door`; nil where all
-- are good. Without a door, any may say it.
function group.fault(s, text, door)
    local dims = group.dims(s)
    for _, pair in ipairs(group.read(text)) do
        local dim = dims[pair[1]]
        if not dim or not dim.at[pair[2]] or (door and not dim.from[door]) then
            return 'groups.' .. pair[1]
        end
    end
    return nil
end

-- Fills what `have` lacks from `text`, as far as the session knows it and `door` may say it.
function group.fill(s, have, text, door)
    local dims = group.dims(s)
    for _, pair in ipairs(group.read(text)) do
        local dim = dims[pair[1]]
        if dim and dim.at[pair[2]] and dim.from[door] and not have[dim.name] then
            have[dim.name] = pair[2]
        end
    end
end

-- A dimension that one may be asked for and that has no value yet.
function group.missing(s, have)
    for _, dim in ipairs(group.dims(s)) do
        if dim.from.ask and not have[dim.name] then
            return dim.name
        end
    end
    return nil
end

-- `0-1`, by which events name a value of a dimension.
function group.address(s, name, value)
    local dim = group.dims(s)[name]
    return dim.index .. '-' .. dim.at[value]
end

-- Who is among them ---------------------------------------------------------------------------------------------------

-- The JSON of `voters` or `proposers` as functions read it; nil where it names what the session does not have.
function group.rule_compile(s, json)
    local good, rule = pcall(cjson.decode, json)
    if not good or type(rule) ~= 'table' then
        return nil
    end
    local parts = {}
    for _, name in ipairs({'roles', 'levels'}) do
        if rule[name] then
            parts[#parts + 1] = name .. '=' .. concat(rule[name], '|')
        end
    end
    for name, values in pairs(rule.groups or {}) do
        local dim = group.dims(s)[name]
        for _, value in ipairs(values) do
            if not dim or not dim.at[value] then
                return nil
            end
        end
    end
    for _, dim in ipairs(group.dims(s)) do
        local values = rule.groups and rule.groups[dim.name]
        if values then
            parts[#parts + 1] = 'groups.' .. dim.name .. '=' .. concat(values, '|')
        end
    end
    return #parts > 0 and concat(parts, ';') or nil
end

-- A rule as a list of {field, has, expected}; the caller keeps it with the text that it was part of.
function group.rule_read(text)
    local rule = {}
    for field, words in text:gmatch('([^=;]+)=([^;]*)') do
        local part = {field = field, dim = match(field, '^groups%.(.+)$'), has = {}, expected = words:gsub('|', ', ')}
        for word in words:gmatch('[^|]+') do
            part.has[word] = true
        end
        rule[#rule + 1] = part
    end
    return rule
end

-- What keeps somebody out, and who is wanted; nil where they are among those that the rule names.
function group.stranger(rule, role, level, groups)
    for i = 1, #rule do
        local part = rule[i]
        local is = part.field == 'roles' and role or part.field == 'levels' and level or group.read(groups).by[part.dim]
        if not is or not part.has[is] then
            return part.field, part.expected
        end
    end
    return nil
end
