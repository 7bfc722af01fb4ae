-- Fetch one page again and again, as the visitor whose cookie is in COOKIE, if any.
dofile("figures.lua")

function init(args)
   expect(200)
   wrk.headers["Host"] = os.getenv("HOST_HEADER")
   wrk.headers["Cookie"] = os.getenv("COOKIE")
   wrk.headers["Accept-Encoding"] = os.getenv("ACCEPT_ENCODING")
end
