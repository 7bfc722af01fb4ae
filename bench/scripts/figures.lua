-- What every script shares: count the answers with an unexpected status, print figures a program can read.
local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function expect(status)
   wrong = 0
   last_wrong = ""
   response = function(got, headers, body)
      if got ~= status then
         wrong = wrong + 1
         last_wrong = tostring(got) .. " " .. string.sub(body or "", 1, 300)
      end
   end
end

function done(summary, latency, requests)
   local wrong = 0
   for _, thread in ipairs(threads) do
      wrong = wrong + (thread:get("wrong") or 0)
      local last = thread:get("last_wrong") or ""
      if last ~= "" then print("last wrong answer: " .. last) end
   end
   local errors = summary.errors
   print("figure requests " .. summary.requests)
   print("figure microseconds " .. summary.duration)
   print("figure bytes " .. summary.bytes)
   print("figure p95 " .. latency:percentile(95))
   print("figure p99 " .. latency:percentile(99))
   print("figure wrong " .. wrong)
   print("figure errors " .. (errors.connect + errors.read + errors.write + errors.timeout))
end
