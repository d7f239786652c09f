package http1

import (
	"fmt"
	"math"
	"strings"
)

// knownFields collects the fields of a head that decide about the connection,
// the body and the host.
type knownFields struct {
	host      string
	hosts     int // field lines of each name
	length    string
	lengths   int
	coding    string // all Transfer-Encoding fields as one list
	codings   int
	expect    string
	expects   int
	close     bool // options of Connection
	keepAlive bool
}

// note takes notice of the field if it is one of those.
func (k *knownFields) note(f *Field) {
	switch len(f.Name) {
	case len("Host"):
		if strings.EqualFold(f.Name, "Host") {
			k.host = f.Value
			k.hosts++
		}
	case len("Expect"):
		if strings.EqualFold(f.Name, "Expect") {
			k.expect = joined(k.expect, f.Value, k.expects)
			k.expects++
		}
	case len("Connection"):
		if strings.EqualFold(f.Name, "Connection") {
			k.connection(f.Value)
		}
	case len("Content-Length"):
		if strings.EqualFold(f.Name, "Content-Length") {
			k.length = f.Value
			k.lengths++
		}
	case len("Transfer-Encoding"):
		if strings.EqualFold(f.Name, "Transfer-Encoding") {
			k.coding = joined(k.coding, f.Value, k.codings)
			k.codings++
		}
	}
}

// joined returns list with one more field's value; n tells how many it has.
func joined(list, value string, n int) string {
	if n == 0 {
		return value
	}
	return list + ", " + value
}

// connection reads the options of a Connection field (RFC 9110 section 7.6.1).
func (k *knownFields) connection(value string) {
	for more := true; more; {
		var option string
		option, value, more = strings.Cut(value, ",")
		option = strings.Trim(option, " \t")
		switch {
		case strings.EqualFold(option, "close"):
			k.close = true
		case strings.EqualFold(option, "keep-alive"):
			k.keepAlive = true
		}
	}
}

// apply sets what the fields say in r, or returns a failure.
func (k *knownFields) apply(r *Request, limits *Limits) error {
	// RFC 9112 section 9.3: close wins, and HTTP/1.0 needs keep-alive.
	r.Close = k.close || r.Minor == 0 && !k.keepAlive
	if err := k.applyHost(r); err != nil {
		return err
	}
	if err := k.applyFraming(r, limits); err != nil {
		return err
	}
	return k.applyExpect(r)
}

// applyHost checks the Host field (RFC 9112 section 3.2), which the authority of
// the target overrides.
func (k *knownFields) applyHost(r *Request) error {
	switch {
	case k.hosts > 1:
		return failure(r, 400, "more than one Host field")
	case k.hosts == 0 && r.Minor > 0:
		return failure(r, 400, "no Host field")
	case k.hosts == 0:
		return nil
	}
	if _, fault := checkAuthority(k.host); fault != "" {
		return failure(r, 400, "Host field: %s", fault)
	}
	if r.Host == "" {
		r.Host = k.host
	}
	return nil
}

// applyFraming finds the length of the body (RFC 9112 section 6.3).
func (k *knownFields) applyFraming(r *Request, limits *Limits) error {
	switch {
	case k.codings > 0 && k.lengths > 0:
		return failure(r, 400, "Content-Length beside Transfer-Encoding")
	case k.codings > 0 && r.Minor == 0:
		return failure(r, 400, "Transfer-Encoding in HTTP/1.0")
	case k.codings > 0:
		if status, fault := codingFault(k.coding); fault != "" {
			return failure(r, status, "Transfer-Encoding field: %s", fault)
		}
		r.ContentLength = -1
		return nil
	case k.lengths > 1:
		return failure(r, 400, "more than one Content-Length field")
	case k.lengths == 0:
		return nil
	}
	length, ok := parseLength(k.length)
	if !ok {
		return failure(r, 400, "Content-Length field: %.32q is not a length", k.length)
	}
	r.ContentLength = length
	if !limits.allowsBody(length) {
		return failure(r, 413, "body of %d bytes exceeds %d", length, limits.Body)
	}
	return nil
}

// applyExpect reads the Expect fields (RFC 9110 section 10.1.1). An expectation
// in HTTP/1.0 is ignored, and so is one without a body to wait for.
func (k *knownFields) applyExpect(r *Request) error {
	switch {
	case k.expect == "" || r.Minor == 0:
		return nil
	case !strings.EqualFold(k.expect, "100-continue"):
		return failure(r, 417, "expectation %.32q", k.expect)
	}
	r.expect100 = r.ContentLength != 0
	return nil
}

// codingFault tells why a Transfer-Encoding list is not just "chunked", and the
// status that fits; the fault is "" if it is. Unlike in other lists an empty
// element is refused: not all parsers skip it.
func codingFault(list string) (status int, fault string) {
	if strings.EqualFold(list, "chunked") {
		return 0, ""
	}
	chunked, unknown := false, ""
	for coding := range strings.SplitSeq(list, ",") {
		coding, _, parameters := strings.Cut(strings.Trim(coding, " \t"), ";")
		coding = strings.TrimRight(coding, " \t")
		switch isChunked := strings.EqualFold(coding, "chunked"); {
		case coding == "":
			return 400, "empty element" // section 5.6.1.2 of RFC 9110 would skip it
		case chunked:
			return 400, "chunked is not the last coding" // RFC 9112 section 6.3
		case isChunked && parameters:
			return 400, "chunked with a parameter" // RFC 9112 section 7.1
		case isChunked:
			chunked = true
		case unknown == "":
			unknown = coding
		}
	}
	return 501, fmt.Sprintf("unknown coding %.32q", unknown) // RFC 9112 section 6.1
}

// parseLength parses a Content-Length: digits alone (RFC 9110 section 8.6).
func parseLength(s string) (n int64, ok bool) {
	for i := range len(s) {
		digit := int64(s[i]) - '0'
		if digit < 0 || digit > 9 || n > (math.MaxInt64-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, s != ""
}
