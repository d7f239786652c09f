package http1

import (
	"strings"
	"testing"
)

// A response that was made before tells when; one that tells nonsense does not.
func TestWriter_Date(t *testing.T) {
	for date, want := range map[string]string{
		"Sun, 06 Nov 1994 08:49:37 GMT": "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
		"yesterday":                     "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n",
		"":                              "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n",
	} {
		inBubble(t, date, func(t *testing.T) {
			x := newAnswering(t)
			resp := Text(x.asked(&Request{Method: "GET", Major: 1, Minor: 1}), 200, "x")
			resp.Header.Add("Date", date)
			x.answer(resp)
			x.Settle()
			wire := x.conn.String()
			if !strings.Contains(wire, want) || strings.Count(wire, "Date: ") != 1 {
				t.Errorf("%q", wire)
			}
		})
	}
}
