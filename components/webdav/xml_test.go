package webdav

import (
	"strings"
	"testing"
)

func TestParseXML(t *testing.T) {
	for _, c := range []struct{ text, want string }{ // want: the content of the first element, or ! for a mistake
		{`<a/>`, ""},
		{`<?xml version="1.0" encoding="utf-8"?><!-- c --><a>x</a><!-- c -->` + "\n", "x"},
		{`<a xmlns="urn:a"><b/></a>`, `<b xmlns="urn:a"/>`},
		{`<x:a xmlns:x="urn:a"><x:b><c/></x:b></x:a>`, `<b xmlns="urn:a"><c xmlns=""/></b>`},
		{`<a xmlns:x="urn:x"><b x:c="d" e='"' xml:space="preserve"/></a>`, `<b xmlns="" xmlns:a0="urn:x" a0:c="d" e="&#34;" xml:space="preserve"/>`},
		{`<a>1&#10;2<![CDATA[<&]]></a>`, "1&#xA;2&lt;&amp;"},
		{`<a><b xmlns="urn:b"/><b/></a>`, `<b xmlns="urn:b"/><b xmlns=""/>`},
		{``, "!"},
		{`text`, "!"},
		{`<a>`, "!"},
		{`<a></b>`, "!"},
		{`<a/><b/>`, "!"},
		{`<a/>text`, "!"},
		{`<x:a/>`, "!"},
		{`<a x:b="c"/>`, "!"},
		{`<a xmlns:x=""/>`, "!"},
		{`<a xmlns:x="urn:x"><x:0/></a>`, "!"},
		{`<a><b xmlns:x="urn:x"/><x:c/></a>`, "!"},
		{`<a>&other;</a>`, "!"},
		{`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, "!"},
		{strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65), "!"},
		{`<?xml version="1.0" encoding="utf-16"?><a/>`, "!"},
		{"<a>\xff</a>", "!"},
	} {
		n, err := parseXML([]byte(c.text))
		if err != nil {
			if c.want != "!" {
				t.Errorf("%.60s: %v", c.text, err)
			}
			continue
		}
		if got := n.inner(); got != c.want {
			t.Errorf("%.60s: %s, want %s", c.text, got, c.want)
		}
	}
}

// What is read can be written so that it means the same anywhere: it is then read
// alike, within another document too.
func FuzzXML(f *testing.F) {
	f.Add(`<a xmlns="urn:a" xmlns:x="urn:x"><b x:c="d" xml:lang="e">f<x:g/>&lt;</b> </a>`)
	f.Add(find("<D:getetag/><x:a/>"))
	f.Add(update(set("<x:a>1</x:a>")))
	f.Add(lockXML("shared", `<x xmlns="urn:x">me</x>`))
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseXML([]byte(text))
		if err != nil {
			return
		}
		inner := n.inner()
		again, err := parseXML([]byte(`<D:x xmlns:D="DAV:" xmlns="urn:other">` + inner + `</D:x>`))
		if err != nil {
			t.Fatalf("%q becomes %q: %v", text, inner, err)
		}
		if got := again.inner(); got != inner {
			t.Errorf("%q becomes %q, then %q", text, inner, got)
		}
		_, _ = asked(n)
		_, _ = steps(n)
		_, _ = wanted(n)
	})
}
