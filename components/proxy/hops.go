package proxy

import (
	"strconv"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// hops returns how often an OPTIONS or TRACE may still be passed on (RFC 9110 section
// 7.6.2). It reports false if that is not bounded; other methods are not.
func hops(req *http1.Request) (left uint64, bounded bool) {
	if req.Method != "OPTIONS" && req.Method != "TRACE" {
		return 0, false
	}
	left, err := strconv.ParseUint(req.Header.Joined("Max-Forwards"), 10, 64)
	return left, err == nil
}

// last answers a request that may not be passed on any more, as if it were for this
// server.
func last(req *http1.Request) (*http1.Response, error) {
	if req.Method == "TRACE" {
		return nil, &http1.Failure{Status: 501, Cause: errTrace}
	}
	return &http1.Response{Request: req, Status: 204}, nil
}
