package http1

import "strings"

// Identity is the name of no content coding (RFC 9110 section 12.5.3).
const Identity = "identity"

// AcceptCoding chooses a content coding by the Accept-Encoding fields of a
// request (RFC 9110 section 12.5.3). It returns one of those offered, or
// Identity. Codings are offered in the server's order: among those that the
// client likes best, the first wins, and Identity is the last unless it is
// offered at another place. If ok is false the client refuses them all, and
// Identity too: 406, or an answer that does not heed it.
//
// A client without the field, as in HTTP/1.0, may know no coding at all: it gets
// Identity. A member of the list that is malformed counts as not there; of two
// for one coding the first counts. It does not allocate.
func AcceptCoding(h Header, offered ...string) (coding string, ok bool) {
	best := 0
	identity := false // was among those offered
	for _, c := range offered {
		identity = identity || c == Identity
		if weight := codingWeight(h, c); weight > best {
			coding, best = c, weight
		}
	}
	if !identity && codingWeight(h, Identity) > best {
		return Identity, true
	}
	return coding, best > 0
}

// notRefused is the weight of identity if nothing is said of it: it is
// acceptable, but less than any coding the client has named.
const notRefused = 1

// codingWeight returns how much the client likes a coding: 0 if it refuses it,
// else up to 10,000.
func codingWeight(h Header, coding string) int {
	rest := 0 // what is said of the codings that are not named
	if coding == Identity {
		rest = notRefused
	}
	starred := false
	for i := range h {
		if len(h[i].Name) != len("Accept-Encoding") || !strings.EqualFold(h[i].Name, "Accept-Encoding") {
			continue
		}
		for more, list := true, h[i].Value; more; {
			var member string
			member, list, more = strings.Cut(list, ",")
			name, q, ok := cutWeight(member)
			switch {
			case !ok:
			case sameCoding(name, coding):
				return 10 * q
			case name == "*" && !starred:
				rest, starred = 10*q, true
			}
		}
	}
	return rest
}

// sameCoding compares names of codings. Those with an x are the same as those
// without (RFC 9110 section 8.4.1).
func sameCoding(name, coding string) bool {
	if len(name) > 2 && name[1] == '-' && name[0]|0x20 == 'x' {
		name = name[2:]
	}
	return strings.EqualFold(name, coding)
}

// cutWeight splits a member of an Accept list, "gzip;q=0.5", into its name and
// its weight in thousandths (RFC 9110 section 12.4.2). It reports whether the
// member is well-formed.
func cutWeight(member string) (name string, q int, ok bool) {
	name, weight, weighted := strings.Cut(member, ";")
	name = strings.Trim(name, " \t")
	if name == "" {
		return "", 0, false
	}
	for i := range len(name) {
		if !isToken[name[i]] {
			return "", 0, false
		}
	}
	if !weighted {
		return name, 1000, true
	}
	weight = strings.Trim(weight, " \t")
	if len(weight) < 3 || weight[0]|0x20 != 'q' || weight[1] != '=' {
		return "", 0, false
	}
	q, ok = parseWeight(weight[2:])
	return name, q, ok
}

// parseWeight parses a qvalue, 0 to 1 with up to three decimals, to thousandths.
func parseWeight(s string) (q int, ok bool) {
	if len(s) > len("0.000") || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return 0, false
	}
	unit := 1000
	q = unit * int(s[0]-'0')
	for i := 2; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		unit /= 10
		q += unit * int(s[i]-'0')
	}
	return q, q <= 1000
}
