package http1

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// accepting is a header with an Accept-Encoding field for each value.
func accepting(values ...string) Header {
	h := Header{{"Host", "example.com"}}
	for _, v := range values {
		h.Add("accept-encoding", v)
	}
	return h
}

func TestAcceptCoding(t *testing.T) {
	three := []string{"zstd", "br", "gzip"}
	for _, c := range []struct {
		name    string
		fields  []string
		offered []string
		want    string // "" if nothing is acceptable
	}{
		{"no field", nil, three, "identity"},
		{"an empty field", []string{""}, three, "identity"},
		{"one of them", []string{"gzip"}, three, "gzip"},
		{"a browser", []string{"gzip, deflate, br, zstd"}, three, "zstd"},
		{"the order is the server's", []string{"gzip, br"}, three, "br"},
		{"the weight is the client's", []string{"zstd;q=0.1, br;q=0.2, gzip;q=0.9"}, three, "gzip"},
		{"three decimals", []string{"br;q=0.123,gzip;q=0.124"}, three, "gzip"},
		{"two fields", []string{"gzip;q=0.5", "br"}, three, "br"},
		{"upper case", []string{"GZIP"}, three, "gzip"},
		{"x-gzip", []string{"x-gzip"}, three, "gzip"},
		{"not known here", []string{"compress"}, three, "identity"},
		{"refused by name", []string{"gzip;q=0"}, three, "identity"},
		{"any", []string{"*"}, three, "zstd"},
		{"any but one", []string{"*, zstd;q=0"}, three, "br"},
		{"any other", []string{"*;q=0.1, gzip"}, three, "gzip"},
		{"identity preferred", []string{"identity, gzip;q=0.5"}, three, "identity"},
		{"identity as good", []string{"identity, gzip"}, three, "gzip"},
		{"identity less good", []string{"identity;q=0.5, gzip"}, three, "gzip"},
		{"a coding of the least weight", []string{"gzip;q=0.001"}, three, "gzip"},
		{"identity by the star", []string{"gzip;q=0.5, *"}, []string{"gzip"}, "identity"},
		{"identity refused", []string{"identity;q=0"}, three, ""},
		{"identity refused, one left", []string{"identity;q=0, gzip;q=0.1"}, three, "gzip"},
		{"all refused", []string{"*;q=0"}, three, ""},
		{"all but identity refused", []string{"*;q=0, identity"}, three, "identity"},
		{"all but one refused", []string{"*;q=0, gzip"}, three, "gzip"},
		{"all but an unknown one refused", []string{"compress, *;q=0"}, three, ""},
		{"nothing offered", []string{"gzip"}, nil, "identity"},
		{"nothing offered, identity refused", []string{"gzip, identity;q=0"}, nil, ""},
		{"identity offered first", []string{"gzip, identity"}, []string{"identity", "gzip"}, "identity"},
		{"identity offered first, not named", []string{"gzip"}, []string{"identity", "gzip"}, "gzip"},
		{"the first of two", []string{"gzip;q=0, gzip"}, three, "identity"},
		{"white space", []string{" \tgzip ; q=0.5 ,, br ;q=0.4 "}, three, "gzip"},
		{"an upper-case Q", []string{"gzip;Q=0.5"}, three, "gzip"},
		{"q=1.000", []string{"gzip;q=1.000"}, three, "gzip"},
		{"q=0.000", []string{"gzip;q=0.000"}, three, "identity"},
		{"q=1. and q=0.", []string{"br;q=0., gzip;q=1."}, three, "gzip"},
		{"a weight above 1 is none", []string{"gzip;q=1.001, br"}, three, "br"},
		{"a weight with four decimals is none", []string{"gzip;q=0.1234"}, three, "identity"},
		{"an empty weight is none", []string{"gzip;q="}, three, "identity"},
		{"a parameter that is no weight", []string{"gzip;level=9, br"}, three, "br"},
		{"not a token", []string{"\"gzip\", g zip"}, three, "identity"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := AcceptCoding(accepting(c.fields...), c.offered...)
			if got != c.want || ok != (c.want != "") {
				t.Errorf("%q, %t; want %q", got, ok, c.want)
			}
		})
	}
}

func ExampleAcceptCoding() {
	h := Header{{"Accept-Encoding", "gzip, br;q=0.8"}}
	fmt.Println(AcceptCoding(h, "zstd", "br", "gzip"))
	h = Header{{"Accept-Encoding", "br, identity;q=0"}}
	fmt.Println(AcceptCoding(h, "gzip"))
	// Output:
	// gzip true
	//  false
}

func TestAcceptCodingFreely(t *testing.T) {
	h := accepting("gzip, deflate, br, zstd")
	if n := testing.AllocsPerRun(100, func() { AcceptCoding(h, "zstd", "br", "gzip") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzAcceptCoding: one of those offered or identity; never one that is refused
// by name; and what one field says, two say as well.
func FuzzAcceptCoding(f *testing.F) {
	for _, s := range []string{"", "gzip", "gzip;q=0, *", "*;q=0", "identity;q=0, br;q=0.001", "a;b=c, \x00, ;q=1,,", "x-gzip;q=0.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		offered := []string{"zstd", "br", "gzip"}
		coding, ok := AcceptCoding(accepting(value), offered...)
		if ok != (coding != "") || ok && coding != Identity && !slices.Contains(offered, coding) {
			t.Fatalf("%q, %t", coding, ok)
		}
		if ok && strings.EqualFold(strings.TrimSpace(value), coding+";q=0") {
			t.Fatalf("%q is refused", coding)
		}
		if first, second, two := strings.Cut(value, ","); two {
			if c, o := AcceptCoding(accepting(first, second), offered...); c != coding || o != ok {
				t.Fatalf("%q, %t in one field, %q, %t in two", coding, ok, c, o)
			}
		}
	})
}
