package http1

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func ExampleParseDate() {
	for _, s := range []string{
		"Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
	} {
		t, err := ParseDate(s)
		fmt.Println(t, err)
	}
	// Output:
	// 1994-11-06 08:49:37 +0000 UTC <nil>
	// 1994-11-06 08:49:37 +0000 UTC <nil>
	// 1994-11-06 08:49:37 +0000 UTC <nil>
}

func ExampleAppendDate() {
	t := time.Date(1994, time.November, 6, 9, 49, 37, 0, time.FixedZone("CET", 3600))
	fmt.Printf("%s\n", AppendDate([]byte("Date: "), t))
	// Output: Date: Sun, 06 Nov 1994 08:49:37 GMT
}

func TestParseDateRefuses(t *testing.T) {
	for _, test := range []struct{ name, date string }{
		{"RFC 9110 5.6.7: empty", ""},
		{"RFC 9110 5.6.7: zero", "0"},
		{"RFC 9110 5.6.7: no weekday", "06 Nov 1994 08:49:37 GMT"},
		{"RFC 9110 5.6.7: another zone", "Sun, 06 Nov 1994 08:49:37 CET"},
		{"RFC 9110 5.6.7: zone in digits", "Sun, 06 Nov 1994 08:49:37 +0000"},
		{"RFC 9110 5.6.7: another zone in the format of RFC 850", "Sunday, 06-Nov-94 08:49:37 PST"},
		{"RFC 9110 5.6.7: four digits of the year in the format of RFC 850", "Sunday, 06-Nov-1994 08:49:37 GMT"},
		{"RFC 9110 5.6.7: zone in the format of asctime", "Sun Nov  6 08:49:37 1994 GMT"},
		{"RFC 9110 5.6.7: a fraction", "Sun, 06 Nov 1994 08:49:37.5 GMT"},
		{"RFC 9110 5.6.7: a fraction with a comma", "Sun, 06 Nov 1994 08:49:37,5 GMT"},
		{"RFC 9110 5.6.7: a fraction in the format of RFC 850", "Sunday, 06-Nov-94 08:49:37.5 GMT"},
		{"RFC 9110 5.6.7: a fraction in the format of asctime", "Sun Nov  6 08:49:37.5 1994"},
		{"no such second", "Sun, 06 Nov 1994 08:49:61 GMT"},
		{"a leap second alone", ":60 "},
		{"no such day", "Sun, 31 Nov 1994 08:49:37 GMT"},
		{"no such hour", "Sun, 06 Nov 1994 24:49:37 GMT"},
		{"more behind it", "Sun, 06 Nov 1994 08:49:37 GMT; length=5"},
		{"ISO 8601", "1994-11-06T08:49:37Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := ParseDate(test.date); err == nil {
				t.Errorf("ParseDate(%q) = %v", test.date, got)
			}
		})
	}
}

// A second may be "60 for leap second" (RFC 9110 section 5.6.7).
func TestParseDateLeap(t *testing.T) {
	want := time.Date(2012, time.July, 1, 0, 0, 0, 0, time.UTC)
	for _, s := range []string{
		"Sat, 30 Jun 2012 23:59:60 GMT", "Saturday, 30-Jun-12 23:59:60 GMT", "Sat Jun 30 23:59:60 2012",
	} {
		if got, err := ParseDate(s); err != nil || !got.Equal(want) {
			t.Errorf("ParseDate(%q) = %v, %v", s, got, err)
		}
	}
}

// "Recipients of a timestamp value in rfc850-date format, which uses a two-digit
// year, MUST interpret a timestamp that appears to be more than 50 years in the
// future as representing the most recent year in the past that had the same last
// two digits." (RFC 9110 section 5.6.7)
func TestParseDateCentury(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it is the first of January 2000
		for _, test := range []struct {
			date string
			want int
		}{
			{"Friday, 31-Dec-49 23:59:59 GMT", 2049},
			{"Saturday, 01-Jan-50 00:00:00 GMT", 2050},
			{"Sunday, 02-Jan-50 00:00:00 GMT", 1950},
			{"Monday, 01-Jan-51 00:00:00 GMT", 1951},
			{"Wednesday, 01-Jan-69 00:00:00 GMT", 1969},
			{"Friday, 31-Dec-99 00:00:00 GMT", 1999},
			{"Tuesday, 29-Feb-00 00:00:00 GMT", 2000},
		} {
			got, err := ParseDate(test.date)
			if err != nil || got.Year() != test.want {
				t.Errorf("ParseDate(%q) = %v, %v; want year %d", test.date, got, err, test.want)
			}
		}
	})
}

func TestAppendDateAllocates(t *testing.T) {
	now, dst := time.Now(), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() { AppendDate(dst, now) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzDate checks that dates survive being written and parsed, and that they are
// written as net/http does.
func FuzzDate(f *testing.F) {
	f.Add("Sun, 06 Nov 1994 08:49:37 GMT", int64(784111777))
	f.Add("Sunday, 06-Nov-94 08:49:37 GMT", int64(0))
	f.Add("Sun Nov  6 08:49:37 1994", int64(-1))
	f.Fuzz(func(t *testing.T, s string, seconds int64) {
		const years = 365 * 24 * 3600
		dates := []time.Time{time.Unix(seconds%(5000*years), seconds%1e9)}
		if parsed, err := ParseDate(s); err == nil {
			dates = append(dates, parsed)
		}
		for _, date := range dates {
			if y := date.UTC().Year(); y < 0 || y > 9999 {
				continue
			}
			written := string(AppendDate(nil, date))
			if want := date.UTC().Format(http.TimeFormat); written != want {
				t.Fatalf("AppendDate wrote %q, net/http %q", written, want)
			}
			again, err := ParseDate(written)
			if err != nil || !again.Equal(date.Truncate(time.Second)) {
				t.Fatalf("%v was written %q and parsed as %v, %v", date, written, again, err)
			}
		}
	})
}

func BenchmarkAppendDate(b *testing.B) {
	now, dst := time.Now(), make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		AppendDate(dst, now)
	}
}
