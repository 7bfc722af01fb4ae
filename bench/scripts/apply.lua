-- Post filled-in forms. FORMS names a file with one visitor on each line: cookie, tab, body. In each body every @N@
-- becomes a number that was never used before, and @U@ the same number as the end of a UUID.
dofile("figures.lua")

local visitors = {}
local first = tonumber(os.getenv("FIRST_NUMBER"))
local sent = 0

function init(args)
   expect(303)
   for line in io.lines(os.getenv("FORMS")) do
      local cookie, body = string.match(line, "^([^\t]*)\t(.*)$")
      table.insert(visitors, {cookie = cookie, body = body})
   end
end

function request()
   sent = sent + 1
   local visitor = visitors[sent % #visitors + 1]
   local number = string.format("%012d", first + sent)
   local body = string.gsub(visitor.body, "@N@", number)
   return wrk.format("POST", nil, {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      ["Cookie"] = visitor.cookie,
      ["Host"] = os.getenv("HOST_HEADER"),
      ["X-Forwarded-For"] = string.format("10.%d.%d.%d", sent / 65536 % 256, sent / 256 % 256, sent % 256),
   }, body)
end
