package io.leat.parquet.text;

import java.math.BigInteger;

/**
 * Doubles and floats as the shortest decimal that reads back as the same number, by Raffaello
 * Giulietti's Schubfach (https://drive.google.com/file/d/1IEeATSVnEE6TkrHlCYNY2GjaraBjOT4f), as in
 * Double.toString since Java 19; older Javas do not write the shortest. What has few decimals is
 * written without it.
 */
public final class Doubles {
  /** The most bytes that are written. */
  public static final int MOST = 32;

  private static final int K_MIN = -324;
  private static final int K_MAX = 292;
  private static final long MASK_63 = Long.MAX_VALUE;
  private static final long MASK_31 = Integer.MAX_VALUE;

  private static final int FRACTION_BITS = 52;
  private static final int Q_MIN = -1074;
  private static final long C_MIN = 1L << FRACTION_BITS;

  private static final int FLOAT_FRACTION_BITS = 23;
  private static final int FLOAT_Q_MIN = -149;
  private static final int FLOAT_C_MIN = 1 << FLOAT_FRACTION_BITS;

  /** Up to this many digits before the point there is no exponent. */
  private static final int PLAIN_DIGITS = 17;

  private static final int PLAIN_ZEROS = 5;

  private static final double SHORT_LIMIT = 1e15;
  private static final double SHORT_LIMIT_FLOAT = 1e6;

  private Doubles() {}

  /** Powers of ten of 126 bits; made when the first number needs them. */
  private static final class Powers {
    static final long[] G1 = new long[K_MAX - K_MIN + 1];
    static final long[] G0 = new long[K_MAX - K_MIN + 1];

    static {
      for (int k = K_MIN; k <= K_MAX; k++) {
        // floor(10^-k * 2^-r) + 1 with 126 bits
        int r = flog2pow10(-k) - 125;
        BigInteger g;
        if (k <= 0) {
          BigInteger ten = BigInteger.TEN.pow(-k);
          g = r >= 0 ? ten.shiftRight(r) : ten.shiftLeft(-r);
        } else {
          g = BigInteger.ONE.shiftLeft(-r).divide(BigInteger.TEN.pow(k));
        }
        g = g.add(BigInteger.ONE);
        G1[k - K_MIN] = g.shiftRight(63).longValueExact();
        G0[k - K_MIN] = g.and(BigInteger.valueOf(MASK_63)).longValueExact();
      }
    }
  }

  private static int flog10pow2(int e) {
    return (int) ((e * 661_971_961_083L) >> 41);
  }

  private static int flog10threeQuartersPow2(int e) {
    return (int) ((e * 661_971_961_083L - 274_743_187_321L) >> 41);
  }

  private static int flog2pow10(int e) {
    return (int) ((e * 913_124_641_741L) >> 38);
  }

  /** A finite number; returns the position behind. */
  public static int write(double value, byte[] out, int at) {
    long bits = Double.doubleToRawLongBits(value);
    int to = at;
    double d = value;
    if (bits < 0) {
      out[to++] = '-';
      d = -value;
    }
    // A decimal of at most 15 digits that reads back as the number is its shortest.
    double hundredfold = d * 100;
    if (hundredfold < SHORT_LIMIT) {
      long cents = (long) (hundredfold + 0.5);
      if (cents / 100.0 == d) {
        return hundredths(cents, out, to);
      }
      double millionfold = d * 1e6;
      if (millionfold < SHORT_LIMIT) {
        long parts = (long) (millionfold + 0.5);
        if (parts != 0 && parts / 1e6 == d) {
          return plain(parts, -6, out, to);
        }
      }
    }
    return shortest(bits & Long.MAX_VALUE, out, to);
  }

  private static int hundredths(long cents, byte[] out, int at) {
    long whole = cents / 100;
    int rest = (int) (cents - whole * 100);
    int to = Digits.write(whole, out, at);
    out[to++] = '.';
    Digits.two(rest, out, to);
    return out[to + 1] == '0' ? to + 1 : to + 2;
  }

  /** Significant digits and exponent without one. */
  private static int plain(long digits, int exponent, byte[] out, int at) {
    long rest = digits;
    int e = exponent;
    while (true) {
      long quotient = rest / 10;
      if (quotient * 10 != rest) {
        break;
      }
      rest = quotient;
      e++;
    }
    return text(rest, e, out, at);
  }

  private static int shortest(long bits, byte[] out, int at) {
    long fraction = bits & (C_MIN - 1);
    int exponent = (int) (bits >>> FRACTION_BITS);
    if (exponent > 0) {
      return decimal(Q_MIN - 1 + exponent, C_MIN | fraction, 0, out, at);
    }
    // The smallest ones have so few bits that two digits are asked for, of which one is 0.
    return fraction < 3
        ? decimal(Q_MIN, 10 * fraction, -1, out, at)
        : decimal(Q_MIN, fraction, 0, out, at);
  }

  /** c * 2^q; names as in the paper. */
  private static int decimal(int q, long c, int dk, byte[] out, int at) {
    int odd = (int) c & 1;
    long cb = c << 2;
    long cbr = cb + 2;
    long cbl;
    int k;
    if (c != C_MIN || q == Q_MIN) {
      cbl = cb - 2;
      k = flog10pow2(q);
    } else {
      cbl = cb - 1;
      k = flog10threeQuartersPow2(q);
    }
    int h = q + flog2pow10(-k) + 2;
    long g1 = Powers.G1[k - K_MIN];
    long g0 = Powers.G0[k - K_MIN];
    long vb = rop(g1, g0, cb << h);
    long vbl = rop(g1, g0, cbl << h);
    long vbr = rop(g1, g0, cbr << h);
    long s = vb >> 2;
    if (s >= 100) {
      long sp10 = 10 * (s / 10);
      long tp10 = sp10 + 10;
      boolean upin = vbl + odd <= sp10 << 2;
      boolean wpin = (tp10 << 2) + odd <= vbr;
      if (upin != wpin) {
        return plain(upin ? sp10 : tp10, k + dk, out, at);
      }
    }
    long t = s + 1;
    boolean uin = vbl + odd <= s << 2;
    boolean win = (t << 2) + odd <= vbr;
    if (uin != win) {
      return plain(uin ? s : t, k + dk, out, at);
    }
    long cmp = vb - ((s + t) << 1);
    return plain(cmp < 0 || (cmp == 0 && (s & 1) == 0) ? s : t, k + dk, out, at);
  }

  private static long rop(long g1, long g0, long cp) {
    long x1 = Math.multiplyHigh(g0, cp);
    long y0 = g1 * cp;
    long y1 = Math.multiplyHigh(g1, cp);
    long z = (y0 >>> 1) + x1;
    long w = y1 + (z >>> 63);
    return w | (((z & MASK_63) + MASK_63) >>> 63);
  }

  /** A finite number; returns the position behind. */
  public static int write(float value, byte[] out, int at) {
    int bits = Float.floatToRawIntBits(value);
    int to = at;
    float f = value;
    if (bits < 0) {
      out[to++] = '-';
      f = -value;
    }
    double hundredfold = f * 100.0;
    if (hundredfold < SHORT_LIMIT_FLOAT) {
      long cents = (long) (hundredfold + 0.5);
      if ((float) (cents / 100.0) == f) {
        return hundredths(cents, out, to);
      }
    }
    int fraction = bits & (FLOAT_C_MIN - 1);
    int exponent = (bits & Integer.MAX_VALUE) >>> FLOAT_FRACTION_BITS;
    if (exponent > 0) {
      return decimal(FLOAT_Q_MIN - 1 + exponent, FLOAT_C_MIN | fraction, 0, out, to);
    }
    return fraction < 8
        ? decimal(FLOAT_Q_MIN, 10 * fraction, -1, out, to)
        : decimal(FLOAT_Q_MIN, fraction, 0, out, to);
  }

  private static int decimal(int q, int c, int dk, byte[] out, int at) {
    int odd = c & 1;
    long cb = (long) c << 2;
    long cbr = cb + 2;
    long cbl;
    int k;
    if (c != FLOAT_C_MIN || q == FLOAT_Q_MIN) {
      cbl = cb - 2;
      k = flog10pow2(q);
    } else {
      cbl = cb - 1;
      k = flog10threeQuartersPow2(q);
    }
    int h = q + flog2pow10(-k) + 33;
    long g = Powers.G1[k - K_MIN] + 1;
    long vb = rop(g, cb << h);
    long vbl = rop(g, cbl << h);
    long vbr = rop(g, cbr << h);
    long s = vb >> 2;
    if (s >= 100) {
      long sp10 = 10 * (s / 10);
      long tp10 = sp10 + 10;
      boolean upin = vbl + odd <= sp10 << 2;
      boolean wpin = (tp10 << 2) + odd <= vbr;
      if (upin != wpin) {
        return plain(upin ? sp10 : tp10, k + dk, out, at);
      }
    }
    long t = s + 1;
    boolean uin = vbl + odd <= s << 2;
    boolean win = (t << 2) + odd <= vbr;
    if (uin != win) {
      return plain(uin ? s : t, k + dk, out, at);
    }
    long cmp = vb - ((s + t) << 1);
    return plain(cmp < 0 || (cmp == 0 && (s & 1) == 0) ? s : t, k + dk, out, at);
  }

  private static long rop(long g, long cp) {
    long x1 = Math.multiplyHigh(g, cp);
    return (x1 >>> 31) | (((x1 & MASK_31) + MASK_31) >>> 31);
  }

  /** Digits without trailing zeros, and the exponent of the last one. */
  private static int text(long digits, int exponent, byte[] out, int at) {
    int length = Digits.length(digits);
    int point = length + exponent;
    if (point > PLAIN_DIGITS || point <= -PLAIN_ZEROS) {
      return scientific(digits, length, point - 1, out, at);
    }
    int to = at;
    if (point <= 0) {
      out[to++] = '0';
      out[to++] = '.';
      for (int i = point; i < 0; i++) {
        out[to++] = '0';
      }
      Digits.fixed(digits, length, out, to);
      return to + length;
    }
    if (exponent >= 0) {
      Digits.fixed(digits, length, out, to);
      to += length;
      for (int i = 0; i < exponent; i++) {
        out[to++] = '0';
      }
      out[to++] = '.';
      out[to++] = '0';
      return to;
    }
    Digits.fixed(digits, length, out, to + 1);
    for (int i = 0; i < point; i++) {
      out[to] = out[to + 1];
      to++;
    }
    out[to] = '.';
    return at + length + 1;
  }

  private static int scientific(long digits, int length, int exponent, byte[] out, int at) {
    Digits.fixed(digits, length, out, at + 1);
    out[at] = out[at + 1];
    int to = at + 1;
    if (length > 1) {
      out[to] = '.';
      to = at + length + 1;
    }
    out[to++] = 'e';
    return Digits.write(exponent, out, to);
  }
}
