//go:build unix

package http1

import (
	"io"
	"strings"
	"testing"
)

// What came and was not read does not make a reset of the end of the connection.
func TestWriter_Unread(t *testing.T) {
	x, client := lending(t)
	last := x.asked(&Request{Method: "GET", Major: 1, Close: true})
	x.Flight.seal(false)
	if _, err := io.WriteString(client, "GET /more HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	x.answer(Text(last, 200, "hello"))
	if b, err := io.ReadAll(client); err != nil || !strings.HasSuffix(string(b), "hello") {
		t.Errorf("%q, %v", b, err)
	}
}
