"""The shop's database: SQLite with state codes, cents and UTC times. It holds only the latest version of each row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from sqlalchemy import Column, Connection, DateTime, Integer, MetaData, String, Table, create_engine

from ingestion.demo.clock import DAY, NEVER, Clock
from ingestion.demo.customers import Customers
from ingestion.demo.files import format_moments, take
from ingestion.demo.order_lines import OrderLines, Totals
from ingestion.demo.orders import GUEST, Orders
from ingestion.demo.products import Products
from ingestion.demo.world import World

CHANNEL_CODES = np.array(["WEB", "APP", "SHP", "TEL"])
PAYMENT_CODES = np.array(["IDL", "CRD", "INV", "CRE", "GFT", "CSH"])
CURRENCIES = np.array(["EUR", "GBP", "DKK", "CHF"])
PROMOTIONS = np.array(["", "WELKOM10", "LENTE15", "ZOMER20", "NAJAAR5", "APP10", "VIP15"])
PLACED, COMPLETED, REFUNDED, CANCELLED = "10", "90", "95", "99"
MOMENT = "%Y-%m-%d %H:%M:%S.000000"
TEST_ORDERS = 12
metadata = MetaData()
CUSTOMER_TABLE = Table(
    "customers",
    metadata,
    Column("customer_no", String, primary_key=True),
    Column("email_address", String),
    Column("phone_number", String),
    Column("zip_code", String),
    Column("house_nr", String),
    Column("first_name", String),
    Column("last_name", String),
    Column("customer_type", String),
    Column("created_on", DateTime),
    Column("modified_on", DateTime),
)
ORDER_TABLE = Table(
    "orders",
    metadata,
    Column("order_no", String, primary_key=True),
    Column("customer_no", String),
    Column("placed_at", DateTime),
    Column("sales_channel", String),
    Column("state", String),
    Column("currency", String),
    Column("list_total_cents", Integer),
    Column("discount_cents", Integer),
    Column("goods_total_cents", Integer),
    Column("shipping_cents", Integer),
    Column("cost_cents", Integer),
    Column("pay_method", String),
    Column("promo", String),
    Column("cancelled_on", DateTime),
    Column("modified_at", DateTime, index=True),
)
LINE_TABLE = Table(
    "order_lines",
    metadata,
    Column("order_no", String, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("sku", String),
    Column("category", String),
    Column("qty", Integer),
    Column("price_cents", Integer),
    Column("qty_returned", Integer),
    Column("returned_on", DateTime),
    Column("modified_at", DateTime, index=True),
)


def write_shop_database(
    path: Path, world: World, customers: Customers, products: Products, orders: Orders, lines: OrderLines, totals: Totals
) -> None:
    """Write the three tables as they are at the snapshot."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("pragma synchronous = off")
    with engine.begin() as connection:
        metadata.create_all(connection)
        _insert(connection, CUSTOMER_TABLE, _customer_rows(world, customers, orders))
        _insert(connection, ORDER_TABLE, _order_rows(world, customers, orders, lines, totals))
        _insert(connection, LINE_TABLE, _line_rows(products, orders, lines, world.clock))
    engine.dispose()


def _insert(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    marks = ", ".join("?" for _ in table.columns)
    connection.exec_driver_sql(f"insert into {table.name} values ({marks})", frame.select([c.name for c in table.columns]).rows())


def _customer_rows(world: World, customers: Customers, orders: Orders) -> pl.DataFrame:
    """Customers' rows. Phone numbers, postcodes and e-mail addresses are as typed by people; a migration updated older rows on day 0."""
    random = world.stream("shop customers")
    count, clock = customers.count, world.clock
    first = np.full(count, NEVER)
    known = np.flatnonzero(orders.customer != GUEST)[::-1]
    first[orders.customer[known]] = orders.placed[known]
    created = clock.to_utc(customers.created_day, random.integers(6 * 3600, 23 * 3600, count))
    created = np.where((first != NEVER) & (created > first - 120), first - random.integers(120, 1500, count), created)
    moved = created + (random.exponential(500, count) * DAY).astype(np.int64)
    modified = np.where((random.random(count) < 0.3) & (moved < clock.snapshot), moved, created)
    migrated = int(clock.to_utc(np.array([0]), np.array([7200]))[0])
    modified = np.maximum(modified, migrated)
    style = random.integers(0, 4, count)
    phone = np.char.zfill(customers.phone.astype(str), 8)
    typed = np.select(
        [style == 0, style == 1, style == 2],
        [np.char.add("06-", phone), np.char.add("+316", phone), np.char.add("06 ", phone)],
        np.char.add("06", phone),
    )
    spaced = np.array([f"{code[:4]} {code[4:]}" for code in customers.postcode])
    email = np.where(random.random(count) < 0.1, np.char.capitalize(customers.email), customers.email)
    return pl.DataFrame(
        {
            "customer_no": customers.number,
            "email_address": _blank(email, random.random(count) < 0.02),
            "phone_number": _blank(typed, random.random(count) < 0.08),
            "zip_code": np.where(style == 1, np.char.lower(customers.postcode), np.where(style == 2, spaced, customers.postcode)),
            "house_nr": customers.house_number.astype(str),
            "first_name": np.char.capitalize(customers.given_name),
            "last_name": np.char.capitalize(customers.family_name),
            "customer_type": np.where(first == NEVER, "P", "C"),
            "created_on": format_moments(created, MOMENT, zone="UTC"),
            "modified_on": format_moments(modified, MOMENT, zone="UTC"),
        }
    )


def _order_rows(world: World, customers: Customers, orders: Orders, lines: OrderLines, totals: Totals) -> pl.DataFrame:
    """Orders' rows. A row is updated when the order is cancelled, completed or refunded; later events than the snapshot are left out."""
    random = world.stream("shop orders")
    count, snapshot = orders.count, world.clock.snapshot
    at_once = orders.channel == 2
    completed = orders.placed + np.where(at_once, 60, random.integers(2 * DAY, 7 * DAY, count))
    refunded = completed + random.integers(DAY, 15 * DAY, count)
    is_cancelled = orders.is_cancelled & (orders.cancelled < snapshot)
    is_completed = ~orders.is_cancelled & (completed < snapshot)
    is_refunded = is_completed & (random.random(count) < 0.01) & (refunded < snapshot)
    state = np.select([is_cancelled, is_refunded, is_completed], [CANCELLED, REFUNDED, COMPLETED], PLACED)
    modified = np.select([is_cancelled, is_refunded, is_completed], [orders.cancelled, refunded, completed], orders.placed)
    is_draft = (random.random(count) < 0.0001) & (world.clock.day_of(modified) < world.calm_day)
    frame = pl.DataFrame(
        {
            "order_no": orders.number,
            "customer_no": take(customers.number, orders.customer),
            "placed_at": format_moments(orders.placed, MOMENT, zone="UTC"),
            "sales_channel": CHANNEL_CODES[orders.channel],
            "state": state,
            "currency": CURRENCIES[orders.currency],
            "list_total_cents": totals.list_total,
            "discount_cents": totals.discount,
            "goods_total_cents": totals.goods_total,
            "shipping_cents": totals.shipping,
            "cost_cents": totals.cost,
            "pay_method": PAYMENT_CODES[orders.payment],
            "promo": PROMOTIONS[orders.promo],
            "cancelled_on": format_moments(np.where(is_cancelled, orders.cancelled, NEVER), MOMENT, zone="UTC"),
            "modified_at": format_moments(modified, MOMENT, zone="UTC"),
        }
    )
    frame = frame.with_columns(pl.when(pl.Series(is_draft)).then(None).otherwise(pl.col("goods_total_cents")).alias("goods_total_cents"))
    tests = frame.head(TEST_ORDERS).with_columns(
        pl.Series("order_no", [f"TEST-{number:04d}" for number in range(min(TEST_ORDERS, count))]),
        pl.lit(None).cast(pl.String).alias("customer_no"),
    )
    return pl.concat([frame, tests])


def _line_rows(products: Products, orders: Orders, lines: OrderLines, clock: Clock) -> pl.DataFrame:
    """Order lines' rows. A row is updated when something is returned."""
    names = np.array(products.categories)
    offsets = np.cumsum([0, *(len(prices) for prices in products.prices)])
    skus = np.array(
        [
            f"{name[:3].upper()}-{position:03d}"
            for name, prices in zip(names, products.prices, strict=True)
            for position in range(len(prices))
        ]
    )
    modified = np.where(lines.returned == NEVER, orders.placed[lines.order], lines.returned)
    return pl.DataFrame(
        {
            "order_no": orders.number[lines.order],
            "line": lines.number,
            "sku": skus[offsets[lines.category] + lines.article],
            "category": names[lines.category],
            "qty": lines.quantity,
            "price_cents": lines.price,
            "qty_returned": lines.returned_quantity,
            "returned_on": format_moments(lines.returned, MOMENT, zone="UTC"),
            "modified_at": format_moments(modified, MOMENT, zone="UTC"),
        }
    )


def _blank(values: np.ndarray, is_blank: np.ndarray) -> pl.Series:
    return pl.select(pl.when(pl.Series(is_blank)).then(None).otherwise(pl.Series(values)).alias("value")).to_series()
