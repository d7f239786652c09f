package wsgi

import "encoding/binary"

// What a request is told of to a worker is written as Python's marshal module
// reads it (Python/marshal.c): one call makes the whole dict of it. Format 4 has
// these types, and all versions of Python 3 read them.
const (
	typeDict       = '{' // pairs, and a typeNull behind them
	typeNull       = '0'
	typeTuple      = ')' // with a byte that says how long it is
	typeList       = '[' // with 4 bytes that say so
	typeBytes      = 's'
	typeShortASCII = 'z' // with a byte that says how long it is
	typeASCII      = 'a'
	typeUnicode    = 'u' // in UTF-8
	typeInt        = 'i' // of 32 bits
	typeNone       = 'N'
	typeTrue       = 'T'
	typeFalse      = 'F'
)

// appendString appends a string of latin-1, in which each byte is a character
// (PEP 3333, "Unicode Issues").
func appendString(b []byte, s string) []byte {
	high := 0
	for i := range len(s) {
		high += int(s[i] >> 7)
	}
	switch {
	case high > 0:
		b = binary.LittleEndian.AppendUint32(append(b, typeUnicode), uint32(len(s)+high))
		for i := range len(s) {
			if c := s[i]; c < 0x80 {
				b = append(b, c)
			} else {
				b = append(b, 0xc0|c>>6, 0x80|c&0x3f)
			}
		}
		return b
	case len(s) < 256:
		b = append(b, typeShortASCII, byte(len(s)))
	default:
		b = binary.LittleEndian.AppendUint32(append(b, typeASCII), uint32(len(s)))
	}
	return append(b, s...)
}

// appendPair appends a key and a value of a dict. The key is ASCII, and short.
func appendPair(b []byte, key, value string) []byte {
	return appendString(appendKey(b, key), value)
}

// appendKey appends a key of a dict, which is ASCII, and short.
func appendKey(b []byte, key string) []byte {
	return append(append(b, typeShortASCII, byte(len(key))), key...)
}

// appendText appends a key, and a string of UTF-8 as its value.
func appendText(b []byte, key, value string) []byte {
	b = appendKey(b, key)
	if isASCII(value) {
		return appendString(b, value)
	}
	b = binary.LittleEndian.AppendUint32(append(b, typeUnicode), uint32(len(value)))
	return append(b, value...)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// appendBytes appends a string as bytes.
func appendBytes(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(append(b, typeBytes), uint32(len(s))), s...)
}

// appendInt appends a number of 32 bits.
func appendInt(b []byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(append(b, typeInt), uint32(n))
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, typeTrue)
	}
	return append(b, typeFalse)
}
