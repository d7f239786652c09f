package http1

import (
	"fmt"
	"math/bits"
	"strings"
)

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// The classes of bytes that the parsers tell apart.
var (
	// isToken holds tchar (RFC 9110 section 5.6.2).
	isToken = bytesOf(alphanumeric + "!#$%&'*+-.^_`|~")

	// isValue holds what a field value may contain: field-vchar with obs-text,
	// SP and HTAB (RFC 9110 section 5.5); no other control character.
	isValue = bytesFrom(0x20, 0x7e).and(bytesFrom(0x80, 0xff)).and(bytesOf("\t"))

	// isTarget holds what a request-target may contain: every visible ASCII
	// character but "#". Some of them should have been percent-encoded (RFC
	// 3986 section 2), but browsers send those as they are; a fragment is never
	// sent (RFC 9112 section 3.2), and a byte above 0x7f is in no URI.
	isTarget = bytesFrom(0x21, 0x22).and(bytesFrom(0x24, 0x7e))

	// isRegName holds the characters of a reg-name (RFC 3986 section 3.2.2),
	// but no percent-encoding: names in DNS need none.
	isRegName = bytesOf(alphanumeric + "-._~!$&'()*+,;=")
)

// A byteSet is a set of byte values.
type byteSet [256]bool

func bytesOf(members string) (set byteSet) {
	for i := range len(members) {
		set[members[i]] = true
	}
	return set
}

func bytesFrom(first, last int) (set byteSet) {
	for c := first; c <= last; c++ {
		set[c] = true
	}
	return set
}

func (set byteSet) and(other byteSet) byteSet {
	for c, member := range other {
		set[c] = set[c] || member
	}
	return set
}

// parse takes the first field line off s, which holds whole lines, each ended by
// CRLF or LF. It returns the length of the line, or what is wrong with it.
func (f *Field) parse(s string) (n int, fault string) {
	i := 0
	for i < len(s) && isToken[s[i]] {
		i++
	}
	if i == 0 || i == len(s) || s[i] != ':' {
		return 0, nameFault(s, i)
	}
	f.Name = s[:i]
	for i++; i < len(s) && isBlank(s[i]); i++ {
	}
	end := valueEnd(s, i)
	if n = lineEnd(s, end); n == 0 {
		return 0, fmt.Sprintf("%s in the value of %s", byteFault(s, end), f.Name)
	}
	for end > i && isBlank(s[end-1]) {
		end--
	}
	f.Value = s[i:end]
	return n, ""
}

// valueEnd returns the index of the first byte of s, from i on, that is not in
// isValue. It looks at eight bytes at a time: most of a head is values.
func valueEnd(s string, i int) int {
	const ones = 0x0101010101010101
	for i+8 <= len(s) {
		v := s[i : i+8]
		w := uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 |
			uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
		control := (w - ones*0x20) &^ w // sets the top bit of bytes below 0x20
		w ^= ones * 0x7f
		del := (w - ones) &^ w // and of bytes that are 0x7f
		found := (control | del) & (ones * 0x80)
		if found == 0 {
			i += 8
			continue
		}
		// A borrow can have set bits above the first one, which is right.
		i += bits.TrailingZeros64(found) / 8
		if s[i] != '\t' {
			return i
		}
		i++
	}
	for i < len(s) && isValue[s[i]] {
		i++
	}
	return i
}

// lineEnd returns the index behind the line end at s[i], or 0 if there is none.
// A single LF is a line end too (RFC 9112 section 2.2), a single CR is not.
func lineEnd(s string, i int) int {
	switch {
	case i < len(s) && s[i] == '\n':
		return i + 1
	case i+1 < len(s) && s[i] == '\r' && s[i+1] == '\n':
		return i + 2
	}
	return 0
}

// nameFault tells why the line in s has no proper field name: s[i] is the first
// byte that does not belong to one.
func nameFault(s string, i int) string {
	switch {
	case i == 0 && isBlank(s[0]):
		return "white space at the start of the line" // or obs-fold, RFC 9112 section 5.2
	case i == 0 && s[0] == ':':
		return "empty name"
	case lineEnd(s, i) > 0:
		return "no colon"
	case i < len(s) && isBlank(s[i]) && strings.HasPrefix(strings.TrimLeft(s[i:], " \t"), ":"):
		return "space before the colon" // RFC 9112 section 5.1
	}
	return byteFault(s, i) + " in the name"
}

// byteFault names the byte s[i], which should not be where it is.
func byteFault[T string | []byte](s T, i int) string {
	switch {
	case i >= len(s):
		return "end of line missing"
	case s[i] == '\r':
		return "CR without LF"
	case s[i] <= ' ' || s[i] >= 0x7f:
		return fmt.Sprintf("byte 0x%02x", s[i])
	}
	return fmt.Sprintf("%q", s[i])
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
