package wsgi

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// parseHead makes a response of what an application has told start_response: the
// status, and a line for each field, its name, a NUL and its value. length is that
// of the body as it has told, or -1. Whether what is in the fields can be sent, the
// Writer sees (http1.Response.Validate). Of ASGI, fields of the connection are left
// out; of WSGI, they are an error.
func parseHead(req *http1.Request, head string, asgi bool) (resp *http1.Response, length int64, err error) {
	status, rest, more := strings.Cut(head, "\n")
	resp = &http1.Response{Request: req}
	if resp.Status, resp.Reason, err = parseStatus(status); err != nil {
		return nil, 0, err
	}
	resp.Header = make(http1.Header, 0, strings.Count(rest, "\n")+1)
	length = -1
	for more {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		name, value, ok := strings.Cut(line, "\x00")
		if !ok || strings.IndexByte(value, 0) >= 0 {
			return nil, 0, fmt.Errorf("the field %q is not a name and a value in one line", line)
		}
		if hop := hopByHop(name); hop && asgi {
			continue
		} else if hop {
			return nil, 0, fmt.Errorf("%s is a field of the connection, which is the server's business", name)
		}
		value = strings.Trim(value, " \t")
		if len(name) == len("Content-Length") && strings.EqualFold(name, "Content-Length") {
			if length, err = parseLength(value, length); err != nil {
				return nil, 0, err
			}
		}
		resp.Header = append(resp.Header, http1.Field{Name: name, Value: value})
	}
	return resp, length, nil
}

// parseStatus takes a status such as "404 Not Found" apart.
func parseStatus(s string) (status int, reason string, err error) {
	code, reason, _ := strings.Cut(s, " ")
	n, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || n < 200 || n > 599 {
		return 0, "", fmt.Errorf("the status %q is not one from 200 to 599, and words", s)
	}
	if n == 200 && reason == "OK" {
		reason = "" // the usual one is sent without a look at it
	}
	return int(n), reason, nil
}

// parseLength reads a Content-Length. If there was one already, it is the same.
func parseLength(value string, before int64) (int64, error) {
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil || before >= 0 && int64(n) != before {
		return 0, fmt.Errorf("the Content-Length %q is no number, or another one than before", value)
	}
	return int64(n), nil
}

// hopByHop reports whether a field is about one connection, so that an application
// must not set it (PEP 3333, "Other HTTP Features"; RFC 2616 section 13.5.1). PEP 3333
// means the list of that RFC, which is another one than that of http1.OfConnection.
func hopByHop(name string) bool {
	switch len(name) {
	case 2, 7, 8, 10, 17, 18, 19:
		switch strings.ToLower(name) {
		case "te", "trailer", "trailers", "upgrade", "connection", "keep-alive", "transfer-encoding", "proxy-authenticate", "proxy-authorization":
			return true
		}
	}
	return false
}

// bodiless reports whether a response has no body, whatever the application gives
// (RFC 9110 section 6.4.1).
func bodiless(resp *http1.Response) bool {
	return resp.Request.Method == "HEAD" || resp.Status == 204 || resp.Status == 304
}
